import { type CheckResult, isAlive, type Trigger } from '../check.ts'
import { type Instant, later } from '../clock.ts'
import { unreachable } from '../errors.ts'
import { canaryFailed, halfOpen } from './breaker.ts'
import { rateTooHigh } from './call-window.ts'
import { DEEP_NOW, deepIsDue, following } from './schedule-check.ts'
import type { Admin, CheckInFlight, ServerState } from './state.ts'
import { judge } from './verdict.ts'

type Wanted = { readonly trigger: Trigger; readonly deep: boolean; readonly leaseMs: number }

/** Starts the one check that may be in flight, if the rules allow it now. */
export function start(state: ServerState, wanted: Wanted, now: Instant): ServerState {
  const onDemand = wanted.trigger === 'manual' || wanted.trigger === 'reload'
  const due = state.nextCheck !== undefined && now >= state.nextCheck.at
  if (state.inFlight || !(onDemand || due)) return state
  if (state.admin.kind === 'inactive') return begin(state, wanted, true, now)
  const canary = { ...wanted, trigger: onDemand ? wanted.trigger : ('canary' as const) }
  switch (state.circuit.kind) {
    case 'closed':
      return begin(state, wanted, false, now)
    case 'open':
      return begin({ ...state, circuit: halfOpen(state.circuit) }, canary, false, now)
    case 'half_open':
      return begin(state, canary, false, now)
    default:
      return unreachable(state.circuit)
  }
}

/** Takes in the result of the check in flight; that of any other changes nothing. */
export function finish(
  state: ServerState,
  token: number,
  result: CheckResult,
  now: Instant,
  random: number,
): ServerState {
  const { inFlight } = state
  if (inFlight?.token !== token) return state
  if (inFlight.observing) return ended({ ...state, admin: seen(state.admin, result), lastCheckAt: now }, now, random)
  const judged = { ...judge(state, result, now, random), checksSinceDeep: sinceDeep(state, inFlight, result) }
  return ended({ ...judged, lastCheckAt: now }, now, random)
}

/**
 * Gives up on a check that outlived its lease. That is our own fault as far as we know, and says nothing of the server;
 * but a canary holds the circuit half open, so it has to count.
 */
export function lapse(state: ServerState, now: Instant, random: number): ServerState {
  const { inFlight } = state
  if (!inFlight || now < inFlight.leaseEndsAt) return state
  return ended(inFlight.observing ? state : canaryFailed(state, now, random), now, random)
}

function begin(state: ServerState, { trigger, deep, leaseMs }: Wanted, observing: boolean, now: Instant): ServerState {
  const token = state.lastToken + 1
  const inFlight: CheckInFlight = {
    token,
    trigger,
    deep: deep || state.nextCheck?.deep === true || deepIsDue(state),
    observing,
    confirmsRate: state.circuit.kind === 'closed' && rateTooHigh(state.circuit.window),
    startedAt: now,
    leaseEndsAt: later(now, leaseMs),
  }
  return { ...state, inFlight, nextCheck: undefined, lastToken: token, lastStartedAt: now }
}

const ended = (state: ServerState, now: Instant, random: number): ServerState => ({
  ...state,
  inFlight: undefined,
  nextCheck: following(state, now, random),
})

/** A deep check stays due until one succeeded: a shallow one would pass where only the lists are broken. */
function sinceDeep(
  { checksSinceDeep }: ServerState,
  { deep }: CheckInFlight,
  { outcome, capabilities }: CheckResult,
): number {
  if (isAlive(outcome) && (deep || capabilities)) return 0
  return deep ? DEEP_NOW : Math.min(DEEP_NOW, checksSinceDeep + 1)
}

/** What a look at a disabled server tells. */
function seen(admin: Admin, { outcome }: CheckResult): Admin {
  if (admin.kind === 'active') return admin
  switch (outcome) {
    case 'ok':
    case 'app_error':
      return { ...admin, wouldBeHealthy: true }
    case 'connect':
    case 'protocol':
    case 'auth':
      return { ...admin, wouldBeHealthy: false }
    case 'throttled':
    case 'cancelled':
    case 'inconclusive':
      return admin
    default:
      return unreachable(outcome)
  }
}
