import { earlier, type Instant } from '../clock.ts'
import { fadesAt } from './flapping.ts'
import { freshUntil } from './freshness.ts'
import type { ServerState } from './state.ts'

/**
 * The earliest moment something must happen to this server without being asked: start the check that is due, or let
 * time pass. Undefined for one that a person disabled.
 */
export function wakeAt(state: ServerState): Instant | undefined {
  const { inFlight, nextCheck, admin } = state
  const check = inFlight ? inFlight.leaseEndsAt : nextCheck?.at
  if (admin.kind === 'inactive') return check
  return [freshUntil(state), fadesAt(state.flap)].reduce(earlier, check)
}
