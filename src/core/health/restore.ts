import { type Clock, type Instant, instant, later, type Timestamp, toInstant, toTimestamp } from '../clock.ts'
import { unreachable } from '../errors.ts'
import { CLOSED, cyclesLeft, longestOpenMs } from './breaker.ts'
import { effectsOf } from './effects.ts'
import { calm } from './flapping.ts'
import { freshUntil } from './freshness.ts'
import type { Step } from './health-event.ts'
import { NO_LATENCY } from './latency.ts'
import { accounted } from './passing-time.ts'
import { withoutBreaker } from './policy-change.ts'
import { NEVER_CHECKED } from './renew.ts'
import type { SavedState } from './saved-state.ts'
import { DEEP_NOW, firstLook } from './schedule-check.ts'
import type { Admin, Circuit, Health, Policy, ServerState } from './state.ts'
import { derive } from './status.ts'
import { NO_PASSES } from './verdict.ts'

type Restart = {
  readonly policy: Policy
  readonly revision: number
  readonly clock: Clock
  /** In 0..1, spreads the looks at servers that are disabled. */
  readonly random: number
  /** Where in the spread of first checks this server stands; an open circuit keeps its own time. */
  readonly firstCheckInMs: number
}

/** A server nobody looked at yet; its first check is due at once. */
export const initial = (policy: Policy, revision: number, now: Instant): ServerState => ({
  policy,
  revision,
  generation: 1,
  admin: { kind: 'active' },
  circuit: CLOSED,
  health: NEVER_CHECKED,
  inFlight: undefined,
  nextCheck: { at: now, trigger: 'scheduled', deep: true },
  lastToken: 0,
  lastStartedAt: undefined,
  statusSince: now,
  lastCheckAt: undefined,
  lastSuccessAt: undefined,
  responseTimeMs: undefined,
  latency: NO_LATENCY,
  flap: calm(now),
  stale: false,
  commonCause: false,
  checksSinceDeep: DEEP_NOW,
  downSince: undefined,
  healthySince: undefined,
  throttle: undefined,
})

/** What is kept of a state, its moments as wall times; `restore` reads it back. */
export function save(state: ServerState, clock: Clock): SavedState {
  const stamp = (at: Instant): Timestamp => toTimestamp(at, clock)
  const stampOf = (at: Instant | undefined) => (at === undefined ? undefined : stamp(at))
  return {
    revision: state.revision,
    generation: state.generation,
    status: derive(state),
    statusSince: stamp(state.statusSince),
    admin: savedAdmin(state.admin, stamp),
    circuit: savedCircuit(state.circuit, cyclesLeft(state, clock.now()), stamp),
    health: savedHealth(state.health),
    downSince: stampOf(state.downSince),
    lastCheckAt: stampOf(state.lastCheckAt),
    lastSuccessAt: stampOf(state.lastSuccessAt),
    responseTimeMs: state.responseTimeMs,
    flap: { ...state.flap, at: stamp(state.flap.at) },
    throttledMs: state.throttle?.longestMs ?? 0,
  }
}

/**
 * The server as it was, as far as that may still be believed: disabled stays disabled, a circuit that was not closed is
 * open for the rest of its time, and health is stale until the first check. The effects tell what changed over the
 * restart and have to be stored like any others.
 */
export function restore(saved: SavedState, { policy, revision, clock, random, firstCheckInMs }: Restart): Step {
  const now = clock.now()
  const past = (at: Timestamp): Instant => instant(Math.min(now, toInstant(at, clock)))
  const pastOf = (at: Timestamp | undefined) => (at === undefined ? undefined : past(at))
  const before: ServerState = {
    ...initial(policy, revision, now),
    generation: saved.generation,
    admin: restoredAdmin(saved.admin, past),
    circuit: restoredCircuit(saved.circuit, policy, now, clock),
    health: restoredHealth(saved.health),
    statusSince: past(saved.statusSince),
    lastCheckAt: pastOf(saved.lastCheckAt),
    lastSuccessAt: pastOf(saved.lastSuccessAt),
    responseTimeMs: saved.responseTimeMs,
    flap: { ...saved.flap, at: past(saved.flap.at) },
    stale: saved.health.kind !== 'unknown',
    downSince: pastOf(saved.downSince),
    throttle: saved.throttledMs > 0 ? { until: now, longestMs: saved.throttledMs } : undefined,
  }
  const setBack = saved.lastSuccessAt !== undefined && toInstant(saved.lastSuccessAt, clock) > now
  const trusted = setBack ? disbelieved(before) : outdated(before, now)
  const believed = withoutBreaker(reopened(trusted, now))
  const watched = { ...believed, nextCheck: firstLook(believed, later(now, firstCheckInMs), now, random) }
  const state = { ...accounted(before, watched, now), flap: before.flap }
  return { state, effects: effectsOf(before, state) }
}

/** Not a fall: nothing happened but that we were away. */
function outdated(state: ServerState, now: Instant): ServerState {
  const limit = freshUntil(state)
  return limit !== undefined && now < limit ? state : disbelieved(state)
}

/** How old a success is cannot be known either when the clock was set back meanwhile. */
const disbelieved = (state: ServerState): ServerState =>
  state.health.kind === 'up' ? { ...state, health: { ...NEVER_CHECKED, cause: 'stale' } } : state

/** The canary that held it half open is gone with the process. */
function reopened(state: ServerState, now: Instant): ServerState {
  const { circuit } = state
  if (circuit.kind !== 'half_open') return state
  const { openedAt, failures, cycles, failedCanaries } = circuit
  return { ...state, circuit: { kind: 'open', openedAt, retryAt: now, failures, cycles, failedCanaries } }
}

function savedAdmin(admin: Admin, stamp: (at: Instant) => Timestamp): SavedState['admin'] {
  if (admin.kind === 'active') return admin
  return { ...admin, at: stamp(admin.at) }
}

function restoredAdmin(admin: SavedState['admin'], past: (at: Timestamp) => Instant): Admin {
  if (admin.kind === 'active') return admin
  return { ...admin, at: past(admin.at) }
}

function savedCircuit(circuit: Circuit, cycles: number, stamp: (at: Instant) => Timestamp): SavedState['circuit'] {
  switch (circuit.kind) {
    case 'closed':
      return { kind: 'closed', failures: circuit.failures, cycles }
    case 'open':
      return { ...circuit, cycles, openedAt: stamp(circuit.openedAt), retryAt: stamp(circuit.retryAt) }
    case 'half_open': {
      const { openedAt, failures, failedCanaries } = circuit
      return { kind: 'half_open', openedAt: stamp(openedAt), failures, cycles, failedCanaries }
    }
    default:
      return unreachable(circuit)
  }
}

function restoredCircuit(saved: SavedState['circuit'], policy: Policy, now: Instant, clock: Clock): Circuit {
  if (saved.kind === 'closed') return { ...saved, window: [] }
  const openedAt = instant(Math.min(now, toInstant(saved.openedAt, clock)))
  if (saved.kind === 'half_open') return { ...saved, openedAt, passed: 0 }
  const remainingMs = Math.min(longestOpenMs(policy), Math.max(0, toInstant(saved.retryAt, clock) - now))
  return { ...saved, openedAt, retryAt: later(now, remainingMs) }
}

function savedHealth(health: Health): SavedState['health'] {
  switch (health.kind) {
    case 'unknown':
      return { kind: 'unknown', cause: health.cause }
    case 'up':
      return { kind: 'up', failures: health.failures }
    case 'down': {
      const { transport, authRequired, failure } = health
      return { kind: 'down', transport, authRequired, failure }
    }
    default:
      return unreachable(health)
  }
}

function restoredHealth(saved: SavedState['health']): Health {
  switch (saved.kind) {
    case 'unknown':
      return { ...NEVER_CHECKED, cause: saved.cause }
    case 'up':
      return { kind: 'up', failures: saved.failures, suspicion: undefined }
    case 'down':
      return { ...saved, recovery: NO_PASSES }
    default:
      return unreachable(saved)
  }
}
