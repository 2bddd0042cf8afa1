import { z } from 'zod'
import { CAPABILITY_KINDS } from '../core/capabilities.ts'
import { CAPABILITY_CHANGES } from '../core/history/capability-changes.ts'
import { paging } from './query.ts'
import { AnyObject, Count, Id, Time } from './wire.ts'

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

/** With when it was first seen and last changed, as far back as it was listed without a break. */
const KnownCapability = CapabilityView.extend({ first_seen: Time, last_changed: Time }).meta({ id: 'KnownCapability' })
export type KnownCapability = z.infer<typeof KnownCapability>

/** As last seen; `seen_at` is null when the server was never listed. */
export const ServerCapabilities = CapabilitiesView.extend({
  server_id: Id,
  seen_at: Time.nullable(),
  tools: z.array(KnownCapability),
  prompts: z.array(KnownCapability),
  resources: z.array(KnownCapability),
}).meta({ id: 'ServerCapabilities' })
export type ServerCapabilities = z.infer<typeof ServerCapabilities>

const Kind = z.enum(CAPABILITY_KINDS)

/**
 * A tool, prompt or resource that came, went or is described anew, with its definitions before and after; null for what
 * there was not, and both when they were too large to be kept (`truncated`). `omitted`: so many more changed at the same
 * moment and are not kept.
 */
export const CapabilityChangeView = z
  .object({
    id: Id,
    seen_at: Time,
    kind: Kind,
    name: z.string(),
    change: z.enum(CAPABILITY_CHANGES),
    before: AnyObject.nullable(),
    after: AnyObject.nullable(),
    truncated: z.boolean(),
    omitted: Count,
  })
  .meta({ id: 'CapabilityChange' })
export type CapabilityChangeView = z.infer<typeof CapabilityChangeView>

/** Newest first. */
export const CapabilityChangeList = z.object({
  changes: z.array(CapabilityChangeView),
  next_cursor: z.string().nullable(),
})

/** `name`: the history of one. */
export const CapabilityChangeQuery = z.strictObject({
  ...paging,
  kind: Kind.optional(),
  name: z.string().max(4_096).optional(),
})
