import type { Instant } from '../clock.ts'
import { unreachable } from '../errors.ts'
import { CLOSED, countFailure } from './breaker.ts'
import { addCall } from './call-window.ts'
import { finish, start } from './check-run.ts'
import { effectsOf } from './effects.ts'
import type { HealthEvent, Step } from './health-event.ts'
import { accounted, age } from './passing-time.ts'
import { withPolicy } from './policy-change.ts'
import { renewed } from './renew.ts'
import { ask, askSoon } from './schedule-check.ts'
import type { Admin, ServerState } from './state.ts'
import { processGone } from './verdict.ts'

/**
 * What becomes of a server's health. Pure: `now` is monotonic, `random` one number in 0..1 for the jitter of this step.
 * Time is applied before the event, so a result after its lease or after the freshness limit finds what is true by then.
 */
export function next(state: ServerState, event: HealthEvent, now: Instant, random: number): Step {
  const aged = accounted(state, age(state, now, random), now)
  const moved = accounted(aged, react(aged, event, now, random), now)
  return { state: moved, effects: [...effectsOf(state, aged), ...effectsOf(aged, moved)] }
}

type CallFinished = Extract<HealthEvent, { type: 'call_finished' }>

function react(state: ServerState, event: HealthEvent, now: Instant, random: number): ServerState {
  switch (event.type) {
    case 'time_passed':
      return state
    case 'check_requested':
      return start(state, event, now)
    case 'check_finished':
      return finish(state, event.token, event.result, now, random)
    case 'call_finished':
      return called(state, event, now)
    case 'process_exited':
      return state.admin.kind === 'active' ? askSoon(processGone(state, event.failure), now) : state
    case 'list_changed':
      return ask(state, 'scheduled', true, now)
    case 'enabled':
      return enabled(state, now)
    case 'disabled':
      return disabled(state, now)
    case 'configured':
      return event.revision > state.revision
        ? renewed({ ...state, revision: event.revision, policy: event.policy, admin: unseen(state.admin) }, now)
        : state
    case 'policy_changed':
      return withPolicy(state, event.policy, now, random)
    case 'breaker_reset':
      return reset(state, now)
    case 'common_cause':
      return { ...state, commonCause: event.active }
    default:
      return unreachable(event)
  }
}

/** What users' calls tell: never more than a reason to look, since one caller's trouble need not be the server's. */
function called(state: ServerState, call: CallFinished, now: Instant): ServerState {
  const { admin, circuit } = state
  if (admin.kind === 'inactive' || circuit.kind !== 'closed') return state
  const failed = call.outcome === 'connect' || call.outcome === 'protocol'
  if (!failed && call.outcome !== 'ok') return state
  const { source, calls = 1 } = call
  const heard = { ...circuit, window: addCall(circuit.window, { failed, source, calls }, now) }
  if (!failed) return { ...state, circuit: heard }
  return ask({ ...state, circuit: countFailure(heard) }, 'passive', false, now)
}

function enabled(state: ServerState, now: Instant): ServerState {
  if (state.admin.kind === 'inactive') return renewed({ ...state, admin: { kind: 'active' } }, now)
  return state.circuit.kind === 'closed' ? state : reset(state, now)
}

/** A check in flight goes on as a mere look: someone may wait for its answer. */
function disabled(state: ServerState, now: Instant): ServerState {
  const { admin, circuit, inFlight } = state
  if (admin.kind === 'inactive' && admin.by === 'user') return state
  const wouldBeHealthy = admin.kind === 'inactive' ? admin.wouldBeHealthy : undefined
  return {
    ...state,
    admin: { kind: 'inactive', by: 'user', at: now, wouldBeHealthy },
    circuit: circuit.kind === 'closed' ? { ...circuit, window: [] } : circuit,
    inFlight: inFlight && { ...inFlight, observing: true },
    nextCheck: undefined,
  }
}

/** Closed and forgiven at a person's word, and looked at once; the health stays as it was until then. */
function reset(state: ServerState, now: Instant): ServerState {
  if (state.admin.kind === 'inactive') return state
  const closed = { ...state, circuit: CLOSED, inFlight: undefined, generation: state.generation + 1 }
  return { ...closed, nextCheck: { at: now, trigger: 'scheduled', deep: false } }
}

/** What the last look saw was another configuration. */
const unseen = (admin: Admin): Admin => (admin.kind === 'active' ? admin : { ...admin, wouldBeHealthy: undefined })
