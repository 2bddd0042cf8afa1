import { isDegraded } from './latency.ts'
import type { Badge, ServerState } from './state.ts'
import { SUSPICION_LIMIT } from './verdict.ts'

/** A remark beside the status, and its reason for a person. */
export type BadgeDetail = { readonly badge: Badge; readonly detail: string }

/** None for a disabled server: nothing is known of it. */
export function badgeDetails(state: ServerState): readonly BadgeDetail[] {
  if (state.admin.kind === 'inactive') return []
  const { health } = state
  const found: (BadgeDetail | false)[] = [
    health.kind === 'up' &&
      isDegraded(state.latency) && { badge: 'degraded', detail: 'At least 3 of the last 5 checks were slow' },
    state.flap.active && { badge: 'flapping', detail: 'Falls too often; must pass 5 checks in a row to recover' },
    isStale(state) && { badge: 'stale', detail: 'Not confirmed by a recent check' },
    health.kind === 'up' &&
      health.failures > 0 && { badge: 'suspect', detail: `${health.failures} of ${SUSPICION_LIMIT} failures` },
    health.kind === 'down' && health.authRequired && { badge: 'auth_required', detail: health.failure.message },
  ]
  return found.filter((badge) => badge !== false)
}

export const badges = (state: ServerState): readonly Badge[] => badgeDetails(state).map(({ badge }) => badge)

const isStale = ({ stale, health }: ServerState): boolean =>
  stale || (health.kind === 'unknown' && health.cause === 'stale')
