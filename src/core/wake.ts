import { type Instant, instant } from './clock.ts'
import { fadesAt } from './flapping.ts'
import { freshUntil } from './freshness.ts'
import type { ServerState } from './state.ts'

/**
 * The earliest moment something must happen to this server without being asked: start the check that is due, or let
 * time pass. Infinite for one that a person disabled.
 */
export function wakeAt(state: ServerState): Instant {
  const { inFlight, nextCheck, admin } = state
  const check = inFlight ? inFlight.leaseEndsAt : nextCheck?.at
  const fading = admin.kind === 'active' ? [freshUntil(state), fadesAt(state.flap)] : []
  return instant(Math.min(...[check, ...fading].filter((at) => at !== undefined)))
}
