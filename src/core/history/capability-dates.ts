import { CAPABILITY_LISTS, type Capabilities, type CapabilityKind } from '../capabilities.ts'
import type { Timestamp } from '../clock.ts'

type Dates = { readonly firstSeen: Timestamp; readonly lastChanged: Timestamp }

/** When what a server lists was first seen and last changed: since the first listing, but for those that came or changed later. */
export type CapabilityDates = {
  readonly since: Timestamp
  /** By kind and name. */
  readonly later: ReadonlyMap<string, Dates>
}

export function datesOf({ since, later }: CapabilityDates, kind: CapabilityKind, name: string): Dates {
  return later.get(keyOf(kind, name)) ?? { firstSeen: since, lastChanged: since }
}

/** The dates once `before` was found to be `now`. What was gone and is there again counts as new. */
export function datesAfter(
  before: { readonly value: Capabilities; readonly dates: CapabilityDates } | undefined,
  now: Capabilities,
  at: Timestamp,
): CapabilityDates {
  if (!before) return { since: at, later: new Map() }
  const later = new Map<string, Dates>()
  for (const [kind, list] of CAPABILITY_LISTS) {
    const hashes = new Map(before.value[list].map(({ name, hash }) => [name, hash]))
    for (const { name, hash } of now[list]) {
      const known = hashes.get(name)
      const dates = datesOf(before.dates, kind, name)
      const next = {
        firstSeen: known === undefined ? at : dates.firstSeen,
        lastChanged: known === hash ? dates.lastChanged : at,
      }
      if (next.lastChanged !== before.dates.since) later.set(keyOf(kind, name), next)
    }
  }
  return { since: before.dates.since, later }
}

const keyOf = (kind: CapabilityKind, name: string): string => `${kind} ${name}`
