import type { Trigger } from '../check.ts'
import { type Instant, later } from '../clock.ts'
import { unreachable } from '../errors.ts'
import type { NextCheck, ServerState } from './state.ts'

/** Times between checks, in milliseconds. */
const PACE = { fastMs: 5_000, observeMs: 3_600_000, jitter: 0.1, startGapMs: 1_000 } as const

/** Failures in a row that are looked at fast when the circuit does not open before. */
const FAST_FAILURES = 10

/** Every tenth check is a deep one. */
const DEEP_EVERY = 10

/** As `checksSinceDeep`: the next check is a deep one, until one succeeds. */
export const DEEP_NOW = DEEP_EVERY - 1

export const deepIsDue = ({ checksSinceDeep }: ServerState): boolean => checksSinceDeep >= DEEP_NOW

/** The check after one that ended; what was asked for while it ran comes first. */
export function following(state: ServerState, now: Instant, random: number): NextCheck | undefined {
  const planned = plan(state, now, random)
  const asked = state.nextCheck
  return planned && asked && mayAsk(state) ? sooner(planned, notBeforeRetryAfter(state, asked)) : planned
}

/** The first check after a restart: at `at`, unless the state says otherwise. */
export function firstLook(state: ServerState, at: Instant, now: Instant, random: number): NextCheck | undefined {
  const { admin, circuit } = state
  if (admin.kind === 'active') {
    return circuit.kind === 'open'
      ? { at: circuit.retryAt, trigger: 'canary', deep: true }
      : { at, trigger: 'scheduled', deep: true }
  }
  if (admin.by === 'user') return undefined
  return { at: later(now, Math.round(PACE.observeMs * random)), trigger: 'scheduled', deep: false }
}

/** A check as soon as the pace of starts allows; none while the circuit waits or the server is disabled. */
export function ask(state: ServerState, trigger: Trigger, deep: boolean, now: Instant): ServerState {
  const { lastStartedAt } = state
  const allowedAt = lastStartedAt === undefined ? now : later(lastStartedAt, PACE.startGapMs)
  return asking(state, { at: latest(now, allowedAt), trigger, deep })
}

/** A check at the fast pace, unless one is due before. */
export const askSoon = (state: ServerState, now: Instant): ServerState =>
  asking(state, { at: later(now, fastMs(state)), trigger: 'scheduled', deep: false })

/** No later than an interval from now, for an interval that became shorter. */
export function notAfterInterval(state: ServerState, now: Instant, random: number): ServerState {
  const { nextCheck } = state
  if (!nextCheck || !mayAsk(state)) return state
  const planned = notBeforeRetryAfter(state, { ...nextCheck, at: later(now, normalMs(state, random)) })
  return planned.at < nextCheck.at ? { ...state, nextCheck: planned } : state
}

function asking(state: ServerState, wanted: NextCheck): ServerState {
  if (!mayAsk(state)) return state
  const asked = notBeforeRetryAfter(state, wanted)
  return { ...state, nextCheck: state.nextCheck ? sooner(state.nextCheck, asked) : asked }
}

const mayAsk = ({ admin, circuit }: ServerState): boolean => admin.kind === 'active' && circuit.kind === 'closed'

function plan(state: ServerState, now: Instant, random: number): NextCheck | undefined {
  const { admin, circuit } = state
  const deep = deepIsDue(state)
  if (admin.kind === 'inactive') {
    if (admin.by === 'user') return undefined
    return { at: later(now, jittered(PACE.observeMs, random)), trigger: 'scheduled', deep: false }
  }
  switch (circuit.kind) {
    case 'closed': {
      const delayMs = inTransition(state) ? fastMs(state) : normalMs(state, random)
      return notBeforeRetryAfter(state, { at: later(now, delayMs), trigger: 'scheduled', deep })
    }
    case 'open':
      return { at: circuit.retryAt, trigger: 'canary', deep }
    case 'half_open':
      return { at: later(now, fastMs(state)), trigger: 'canary', deep }
    default:
      return unreachable(circuit)
  }
}

const notBeforeRetryAfter = ({ throttle }: ServerState, check: NextCheck): NextCheck =>
  throttle ? { ...check, at: latest(check.at, throttle.until) } : check

/** On the way down or up, where a person waits for certainty. A refused credential waits for a person instead. */
function inTransition({ health, circuit, policy, flap }: ServerState): boolean {
  switch (health.kind) {
    case 'unknown':
      return false
    case 'up':
      return health.failures > 0
    case 'down':
      if (health.recovery.passes > 0) return !flap.active
      return !health.authRequired && circuit.failures < Math.min(policy.breaker.failureThreshold, FAST_FAILURES)
    default:
      return unreachable(health)
  }
}

const fastMs = ({ policy }: ServerState): number => Math.min(PACE.fastMs, policy.intervalMs)

const normalMs = ({ policy }: ServerState, random: number): number => jittered(policy.intervalMs, random)

/** Rounded up, so that successes a scheduled check apart always count while flapping. */
const jittered = (ms: number, random: number): number => Math.ceil(ms * (1 - PACE.jitter + 2 * PACE.jitter * random))

const sooner = (a: NextCheck, b: NextCheck): NextCheck => ({ ...(b.at < a.at ? b : a), deep: a.deep || b.deep })

const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b)
