import type { CheckResult, Failure } from '../check.ts'
import { type Instant, later } from '../clock.ts'
import { unreachable } from '../errors.ts'
import { canaryFailed, canaryPassed, countFailure, open, opens, reopen } from './breaker.ts'
import { measured } from './latency.ts'
import type { Health, Recovery, ServerState } from './state.ts'

/** Successes and failures in a row that move health. `flapping` ones must lie about an interval apart. */
const THRESHOLDS = { fall: 3, recover: 2, flapping: 5, spacing: 0.9 } as const

/** No Retry-After is honoured for longer. */
const MAX_WAIT_MS = 300_000

export const NO_PASSES: Recovery = { passes: 0, passedAt: undefined }

export const SUSPICION_LIMIT = THRESHOLDS.fall

/** What a finished check says of the server: first its health, then the circuit. */
export function judge(state: ServerState, result: CheckResult, now: Instant, random: number): ServerState {
  switch (result.outcome) {
    case 'ok': {
      const alive = succeeded(state, result, now)
      const { circuit } = alive
      return { ...alive, circuit: circuit.kind === 'closed' ? { ...circuit, failures: 0 } : canaryPassed(alive) }
    }
    case 'app_error': {
      const alive = succeeded(state, result, now)
      return { ...alive, circuit: canaryPassed(alive) }
    }
    case 'auth': {
      const refused = wentDown(state, { transport: false, authRequired: true, failure: result.failure })
      return { ...refused, circuit: canaryPassed(refused) }
    }
    case 'connect':
    case 'protocol': {
      const failed = failedOnce(state, result.failure, result.outcome === 'connect')
      if (failed.circuit.kind !== 'closed') return canaryFailed(failed, now, random)
      const counted = { ...failed, circuit: countFailure(failed.circuit) }
      return opens(counted) ? open(counted, now, random) : counted
    }
    case 'throttled': {
      const waitMs = Math.min(MAX_WAIT_MS, Math.max(0, result.retryAfterMs ?? 0))
      const longestMs = Math.max(waitMs, state.throttle?.longestMs ?? 0)
      const waiting = { ...noVerdict(state, result.failure), throttle: { until: later(now, waitMs), longestMs } }
      return reopen(waiting, now, random, waitMs)
    }
    case 'cancelled':
    case 'inconclusive':
      return reopen(noVerdict(state, result.failure), now, random)
    default:
      return unreachable(result)
  }
}

/** A child process that was up is gone: there is nothing to confirm. */
export const processGone = (state: ServerState, failure: Failure): ServerState => {
  if (state.health.kind !== 'up') return state
  const gone = wentDown(state, { transport: true, authRequired: false, failure })
  return { ...gone, circuit: countFailure(gone.circuit) }
}

/** Nothing was heard for too long to go on saying `up`. */
export const wentStale = (state: ServerState): ServerState => ({
  ...state,
  health: { kind: 'unknown', cause: 'stale', recovery: NO_PASSES, failure: undefined },
})

function succeeded(state: ServerState, { responseTimeMs }: CheckResult, now: Instant): ServerState {
  const alive = {
    ...state,
    lastSuccessAt: now,
    responseTimeMs,
    latency: measured(state.latency, responseTimeMs),
    stale: false,
    throttle: undefined,
  }
  const { health, circuit } = state
  if (health.kind === 'up') return { ...alive, health: UP }
  const recovery = onePassMore(state, health.recovery, now)
  if (recovery.passes < passesNeeded(state)) return { ...alive, health: { ...health, recovery } }
  // Failures before a recovery are not "in a row" with those after it, even when app_errors, which count nothing, healed it.
  return { ...alive, health: UP, circuit: circuit.kind === 'closed' ? { ...circuit, failures: 0 } : circuit }
}

function failedOnce(state: ServerState, failure: Failure, transport: boolean): ServerState {
  const { health } = state
  if (health.kind === 'up' && health.failures + 1 < THRESHOLDS.fall) {
    return { ...state, stale: false, health: { kind: 'up', failures: health.failures + 1, suspicion: failure } }
  }
  return wentDown(state, { transport, authRequired: false, failure })
}

type Fault = { readonly transport: boolean; readonly authRequired: boolean; readonly failure: Failure }

/**
 * Down, or still down with a new reason. While flapping, a server that others see down keeps its word for it, else
 * alternating faults would tell of a change with each check.
 */
function wentDown(state: ServerState, fault: Fault): ServerState {
  const { health, circuit, flap } = state
  const held = flap.active && circuit.kind === 'closed' && health.kind === 'down'
  const transport = held ? health.transport : fault.transport
  return { ...state, stale: false, health: { kind: 'down', ...fault, transport, recovery: NO_PASSES } }
}

/** Keeps what went wrong for a person to read while nothing better is known. */
const noVerdict = (state: ServerState, failure: Failure): ServerState =>
  state.health.kind === 'unknown' ? { ...state, health: { ...state.health, failure } } : state

function passesNeeded({ health, flap }: ServerState): number {
  if (flap.active) return THRESHOLDS.flapping
  return health.kind === 'unknown' ? 1 : THRESHOLDS.recover
}

/** While flapping, successes in quick succession (canaries, on demand) count as one. */
function onePassMore({ flap, policy }: ServerState, { passes, passedAt }: Recovery, now: Instant): Recovery {
  const tooSoon = flap.active && passedAt !== undefined && now - passedAt < THRESHOLDS.spacing * policy.intervalMs
  return tooSoon ? { passes, passedAt } : { passes: passes + 1, passedAt: now }
}

const UP: Health = { kind: 'up', failures: 0, suspicion: undefined }
