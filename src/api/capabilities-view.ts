import { z } from 'zod'
import { CAPABILITY_KINDS } from '../core/capabilities.ts'
import { AnyObject, Id, Time } from './wire.ts'

/** A tool, prompt or resource: its `definition` exactly as the upstream sent it. The `name` of a resource is its URI. */
export const CapabilityView = z.object({ name: z.string(), hash: z.string(), definition: AnyObject })
export type CapabilityView = z.infer<typeof CapabilityView>

export const CapabilitiesView = z
  .object({
    tools: z.array(CapabilityView),
    prompts: z.array(CapabilityView),
    resources: z.array(CapabilityView),
    /** Entries that were left out, and why. */
    dropped: z.array(z.object({ kind: z.enum(CAPABILITY_KINDS), name: z.string(), reason: z.string() })),
  })
  .meta({ id: 'Capabilities' })
export type CapabilitiesView = z.infer<typeof CapabilitiesView>

/** As last seen; `seen_at` is null when the server was never listed. */
export const ServerCapabilities = CapabilitiesView.extend({ server_id: Id, seen_at: Time.nullable() }).meta({
  id: 'ServerCapabilities',
})
export type ServerCapabilities = z.infer<typeof ServerCapabilities>
