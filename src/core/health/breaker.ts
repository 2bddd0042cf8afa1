import { type Instant, later } from '../clock.ts'
import type { Circuit, Policy, ServerState } from './state.ts'

/** Times of the circuit, in milliseconds. */
const OPEN = { capMs: 300_000, jitter: 0.2, commonCauseCapMs: 60_000, forgiveMs: 600_000 } as const

/** Before that a dead server is never disabled automatically, however many canaries failed. */
const AUTO_DISABLE_AFTER_MS = 1_800_000

export const CLOSED: Circuit = { kind: 'closed', failures: 0, window: [], cycles: 0 }

/** Longest an open can last under this policy. */
export const longestOpenMs = ({ breaker }: Policy): number => (1 + OPEN.jitter) * Math.max(OPEN.capMs, breaker.openMs)

/** Canaries that failed in a row; at the configured limit the server may be disabled automatically. */
export const failureCycles = (circuit: Circuit): number => (circuit.kind === 'closed' ? 0 : circuit.failedCanaries)

/** A failure of a check or a call; only a check may open the circuit, see `opens`. */
export const countFailure = (circuit: Circuit): Circuit =>
  circuit.kind === 'closed' ? { ...circuit, failures: circuit.failures + 1 } : circuit

/** Whether a failed check opens the closed circuit: enough failures in a row, or it confirms a high failure rate. */
export const opens = ({ circuit, policy: { breaker }, inFlight }: ServerState): boolean =>
  breaker.enabled && (circuit.failures >= breaker.failureThreshold || inFlight?.confirmsRate === true)

/** Opens a closed circuit, for longer the more cycles are not yet forgiven. */
export function open(state: ServerState, now: Instant, random: number): ServerState {
  const cycles = cyclesLeft(state, now)
  const { failures } = state.circuit
  const retryAt = later(now, openMs(state, cycles, random))
  return { ...state, circuit: { kind: 'open', openedAt: now, retryAt, failures, cycles, failedCanaries: 0 } }
}

/** An open circuit that lets canaries through. */
export function halfOpen({ openedAt, failures, cycles, failedCanaries }: Extract<Circuit, { kind: 'open' }>): Circuit {
  return { kind: 'half_open', openedAt, failures, cycles, failedCanaries, passed: 0 }
}

/** Closes after enough canaries passed; what follows a relapse is still the longer open time. */
export function canaryPassed({ circuit, policy }: ServerState): Circuit {
  if (circuit.kind !== 'half_open') return circuit
  const passed = circuit.passed + 1
  if (passed < policy.breaker.halfOpenMaxCalls) return { ...circuit, passed, failedCanaries: 0 }
  return { ...CLOSED, cycles: nextCycle(circuit.cycles, policy) }
}

/** Opens again for longer, and gives up on a server that has been dead for long, unless the fault may be ours. */
export function canaryFailed(state: ServerState, now: Instant, random: number): ServerState {
  const { circuit, policy } = state
  if (circuit.kind !== 'half_open') return state
  const failedCanaries = circuit.failedCanaries + 1
  const cycles = nextCycle(circuit.cycles, policy)
  const reopened = reopen({ ...state, circuit: { ...circuit, cycles, failedCanaries } }, now, random)
  if (!givesUp(state, failedCanaries, now)) return reopened
  const reason = `Disabled automatically after ${failedCanaries} failed retries in a row`
  return { ...reopened, admin: { kind: 'inactive', by: 'auto', at: now, reason, wouldBeHealthy: undefined } }
}

/** Opens again as before, since the canary told nothing. `waitMs`: what the upstream asked for. */
export function reopen(state: ServerState, now: Instant, random: number, waitMs = 0): ServerState {
  const { circuit } = state
  if (circuit.kind !== 'half_open') return state
  const { failures, cycles, failedCanaries } = circuit
  const retryAt = later(now, Math.max(waitMs, openMs(state, cycles, random)))
  return { ...state, circuit: { kind: 'open', openedAt: now, retryAt, failures, cycles, failedCanaries } }
}

/** Open cycles less one for each ten minutes of health. */
export function cyclesLeft({ circuit, healthySince }: ServerState, now: Instant): number {
  const forgiven = healthySince === undefined ? 0 : Math.floor((now - healthySince) / OPEN.forgiveMs)
  return Math.max(0, circuit.cycles - forgiven)
}

function openMs({ policy, commonCause }: ServerState, cycles: number, random: number): number {
  const { openMs: base } = policy.breaker
  const nominal = Math.min(base * 2 ** cycles, Math.max(OPEN.capMs, base))
  const jittered = Math.round(nominal * (1 + OPEN.jitter * random))
  return commonCause ? Math.min(jittered, Math.max(OPEN.commonCauseCapMs, base)) : jittered
}

/** Stops where the open time stops growing, so that ten minutes of health always count. */
const nextCycle = (cycles: number, { breaker }: Policy): number =>
  breaker.openMs * 2 ** cycles < OPEN.capMs ? cycles + 1 : cycles

function givesUp({ policy, commonCause, downSince }: ServerState, failedCanaries: number, now: Instant): boolean {
  const { autoDisableEnabled, maxFailureCycles } = policy.breaker
  if (!autoDisableEnabled || commonCause || downSince === undefined) return false
  return failedCanaries >= maxFailureCycles && now - downSince >= AUTO_DISABLE_AFTER_MS
}
