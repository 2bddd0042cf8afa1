import type { Insertable, Selectable } from 'kysely'
import { z } from 'zod'
import { CAPABILITY_KINDS, type Capabilities } from '../core/capabilities.ts'
import { CAPABILITY_CHANGES, type KeptChange } from '../core/history/capability-changes.ts'
import type { CapabilityDates } from '../core/history/capability-dates.ts'
import type { StoredCapabilityChange } from '../core/ports.ts'
import type { CapabilitiesChanged } from './commit-plan.ts'
import type { Tables } from './schema.ts'
import { checkStored, readStored, StoredJsonObject, StoredServerId, StoredTimestamp, wholeMs } from './stored.ts'

const StoredCapability = z.object({ name: z.string(), hash: z.string(), definition: StoredJsonObject })

export const StoredCapabilities = z.object({
  tools: z.array(StoredCapability),
  prompts: z.array(StoredCapability),
  resources: z.array(StoredCapability),
  templates: z.array(StoredCapability).optional(),
  dropped: z.array(z.object({ kind: z.enum(CAPABILITY_KINDS), name: z.string(), reason: z.string() })),
}) satisfies z.ZodType<Capabilities>

/** `later`: kind and name, first seen, last changed. */
export const StoredDates = z
  .object({ since: StoredTimestamp, later: z.array(z.tuple([z.string(), StoredTimestamp, StoredTimestamp])) })
  .transform(
    ({ since, later }): CapabilityDates => ({
      since,
      later: new Map(later.map(([key, firstSeen, lastChanged]) => [key, { firstSeen, lastChanged }])),
    }),
  )

export const datesText = ({ since, later }: CapabilityDates): string => {
  const entries = [...later].map(([key, { firstSeen, lastChanged }]) => [key, wholeMs(firstSeen), wholeMs(lastChanged)])
  return JSON.stringify({ since: wholeMs(since), later: entries })
}

const Columns = z.object({
  id: z.number(),
  server_id: StoredServerId,
  at: StoredTimestamp,
  kind: z.enum(CAPABILITY_KINDS),
  name: z.string(),
  change: z.enum(CAPABILITY_CHANGES),
  truncated: z.number(),
  omitted: z.number(),
})

export function capabilityChangeRow(
  { serverId, at, omitted }: CapabilitiesChanged,
  { kind, name, change, before, after, truncated }: KeptChange,
): Insertable<Tables['capability_change']> {
  const [was, is] = [before, after].map((definition) => (definition ? JSON.stringify(definition) : null))
  return {
    server_id: serverId,
    at: wholeMs(at),
    kind,
    name,
    change,
    before: was ?? null,
    after: is ?? null,
    truncated: truncated ? 1 : 0,
    omitted,
    size: name.length + (was?.length ?? 0) + (is?.length ?? 0),
  }
}

export function readCapabilityChange(row: Selectable<Tables['capability_change']>): StoredCapabilityChange {
  const what = `capability change ${row.id}`
  const { server_id, truncated, ...rest } = checkStored(Columns, row, what)
  const definition = (text: string | null) => (text === null ? undefined : readStored(StoredJsonObject, text, what))
  return {
    ...rest,
    serverId: server_id,
    before: definition(row.before),
    after: definition(row.after),
    truncated: truncated !== 0,
  }
}
