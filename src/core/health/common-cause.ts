import type { Instant } from '../clock.ts'
import { unreachable } from '../errors.ts'
import type { ServerId } from '../ids.ts'

/** At least half of at least five enabled servers falling within a minute: the fault is more likely ours. */
const SUSPECT = { share: 0.5, minServers: 5, withinMs: 60_000 } as const

type Fall = { readonly serverId: ServerId; readonly at: Instant }

/** `fallen`: servers down since they fell, while suspecting; else those that fell within the last minute. */
export type CommonCause = { readonly active: boolean; readonly fallen: readonly Fall[] }

export type FleetEvent =
  | { readonly type: 'fell'; readonly serverId: ServerId }
  /** It is healthy again, or was disabled or deleted. */
  | { readonly type: 'recovered'; readonly serverId: ServerId }
  | { readonly type: 'time_passed' }

export const NO_COMMON_CAUSE: CommonCause = { active: false, fallen: [] }

/**
 * Suspicion starts with a burst of falls, and ends when fewer than half of the enabled servers are still down from it:
 * only another burst starts it again.
 */
export function suspect(state: CommonCause, event: FleetEvent, enabledServers: number, now: Instant): CommonCause {
  const fallen = remembered(state, event, now)
  const many = enabledServers > 0 && fallen.length >= enabledServers * SUSPECT.share
  const active = state.active ? many : many && enabledServers >= SUSPECT.minServers
  return { active, fallen }
}

function remembered({ active, fallen }: CommonCause, event: FleetEvent, now: Instant): readonly Fall[] {
  const recent = active ? fallen : fallen.filter(({ at }) => now - at < SUSPECT.withinMs)
  switch (event.type) {
    case 'time_passed':
      return recent
    case 'fell':
      return [...recent.filter((fall) => fall.serverId !== event.serverId), { serverId: event.serverId, at: now }]
    case 'recovered':
      return recent.filter((fall) => fall.serverId !== event.serverId)
    default:
      return unreachable(event)
  }
}
