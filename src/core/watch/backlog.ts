import type { Timestamp } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import type { Change } from '../ports.ts'

/** So much of each kind is kept while nothing can be stored; beyond that the oldest goes. */
export const KEPT = {
  check_logged: 20_000,
  span_known: 20_000,
  event: 10_000,
  incident_opened: 10_000,
  incident_worsened: 10_000,
  incident_ended: 10_000,
} as const

/**
 * The same writes, the oldest first, without what a later one overwrites and without what is too much to keep. A state
 * stays beside the event it was told by, so that both are stored in one transaction.
 */
export function thinned<W extends { readonly changes: readonly Change[] }>(
  writes: readonly W[],
  kept: Readonly<Record<keyof typeof KEPT, number>> = KEPT,
): W[] {
  const isNeeded = needed({ ...kept })
  return writes
    .toReversed()
    .flatMap((write) => {
      const changes = write.changes.filter(isNeeded)
      return changes.length > 0 ? [{ ...write, changes }] : []
    })
    .reverse()
}

/** Decides on one change after another, the newest first; counts `left` down. */
function needed(left: Record<keyof typeof KEPT, number>) {
  const states = new Set<ServerId>()
  const capabilities = new Set<ServerId>()
  const spans = new Map<ServerId, Set<Timestamp>>()
  return (change: Change, _at: number, beside: readonly Change[]): boolean => {
    switch (change.type) {
      case 'state_saved':
        return isNew(states, change.serverId) || (left.event > 0 && beside.some(({ type }) => type === 'event'))
      case 'capabilities_saved':
        return isNew(capabilities, change.serverId)
      case 'span_known':
        return isNew(getOrInsert(spans, change.serverId), change.span.from) && left.span_known-- > 0
      case 'check_logged':
      case 'event':
      case 'incident_opened':
      case 'incident_worsened':
      case 'incident_ended':
        return left[change.type]-- > 0
      default:
        return true
    }
  }
}

function isNew<T>(known: Set<T>, key: T): boolean {
  const before = known.size
  return known.add(key).size > before
}

function getOrInsert<K, T>(sets: Map<K, Set<T>>, key: K): Set<T> {
  const set = sets.get(key) ?? new Set<T>()
  sets.set(key, set)
  return set
}
