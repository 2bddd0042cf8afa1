import type { Instant } from '../clock.ts'
import { CLOSED } from './breaker.ts'
import { following, notAfterInterval } from './schedule-check.ts'
import type { Policy, ServerState } from './state.ts'

/** Other intervals and breaker settings hold from now on; what is known stays. */
export function withPolicy(state: ServerState, policy: Policy, now: Instant, random: number): ServerState {
  const changed = { ...state, policy }
  const closed = withoutBreaker(changed)
  const planned =
    closed === changed || closed.inFlight ? closed : { ...closed, nextCheck: following(closed, now, random) }
  return notAfterInterval(planned, now, random)
}

/** A breaker that is switched off lets go of what it holds and has planned; a canary in flight is then an ordinary check. */
export function withoutBreaker(state: ServerState): ServerState {
  const { policy, circuit, admin } = state
  if (policy.breaker.enabled || circuit.kind === 'closed' || admin.kind === 'inactive') return state
  const { failures, cycles } = circuit
  return { ...state, circuit: { ...CLOSED, failures, cycles }, nextCheck: undefined }
}
