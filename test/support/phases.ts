import fc from 'fast-check'
import { OUTCOMES, type Outcome, TRIGGERS, type Trigger } from '../../src/core/check.ts'
import { type Clock, type Instant, later, timestamp } from '../../src/core/clock.ts'
import { DEFAULT_BREAKER } from '../../src/core/health/breaker-config.ts'
import type { Effect } from '../../src/core/health/health-event.ts'
import { restore, save } from '../../src/core/health/restore.ts'
import type { SavedState } from '../../src/core/health/saved-state.ts'
import type { Policy, ServerState } from '../../src/core/health/state.ts'
import { answer, failure, type Observed, POLICY, Simulation } from './simulation.ts'

/** A stretch of a server's life; what is random is the stretches, since single random events hardly ever open a circuit. */
type Phase =
  | {
      readonly type: 'checks'
      readonly count: number
      readonly outcome: Outcome
      readonly takesMs: number
      readonly retryAfterMs: number | undefined
    }
  | {
      readonly type: 'bouncing'
      readonly rounds: number
      readonly failures: number
      readonly successes: number
      readonly outcome: Outcome
    }
  | { readonly type: 'hanging'; readonly count: number }
  | { readonly type: 'quiet'; readonly ms: number }
  /** Out of turn: on demand, or by a scheduler that is wrong. */
  | { readonly type: 'request'; readonly trigger: Trigger; readonly outcome: Outcome }
  | {
      readonly type: 'calls'
      readonly count: number
      readonly outcome: Outcome
      readonly sources: number
      readonly gapMs: number
    }
  | { readonly type: 'late_result'; readonly back: number; readonly outcome: Outcome }
  | { readonly type: 'policy'; readonly policy: Policy }
  | { readonly type: 'common_cause'; readonly active: boolean }
  | { readonly type: 'restart'; readonly downMs: number; readonly wallJumpMs: number }
  | { readonly type: 'exit' | 'list_changed' | 'enable' | 'disable' | 'configure' | 'reset' }

const POLICIES: readonly Policy[] = [
  POLICY,
  POLICY,
  { ...POLICY, intervalMs: 10_000 },
  { ...POLICY, breaker: { ...DEFAULT_BREAKER, enabled: false } },
  { ...POLICY, breaker: { ...DEFAULT_BREAKER, autoDisableEnabled: false } },
  { ...POLICY, breaker: { ...DEFAULT_BREAKER, failureThreshold: 2, halfOpenMaxCalls: 3, maxFailureCycles: 3 } },
  { ...POLICY, breaker: { ...DEFAULT_BREAKER, failureThreshold: 50 } },
  { ...POLICY, timeoutMs: 60_000, breaker: { ...DEFAULT_BREAKER, openMs: 600_000 } },
]

const outcome = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Outcome>('ok', 'connect', 'connect', 'protocol') },
  { weight: 4, arbitrary: fc.constantFrom(...OUTCOMES) },
)

const checks = fc.record({
  type: fc.constant('checks' as const),
  count: fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 8, max: 20 })),
  outcome,
  takesMs: fc.constantFrom(0, 20, 3_000),
  retryAfterMs: fc.constantFrom(undefined, 30_000, 900_000),
})

const bouncing = fc.record({
  type: fc.constant('bouncing' as const),
  rounds: fc.integer({ min: 2, max: 8 }),
  failures: fc.integer({ min: 1, max: 6 }),
  successes: fc.integer({ min: 1, max: 7 }),
  outcome: fc.constantFrom<Outcome>('connect', 'protocol', 'auth'),
})

const request = fc.record({
  type: fc.constant('request' as const),
  trigger: fc.constantFrom<Trigger>('manual', ...TRIGGERS),
  outcome,
})

const calls = fc.record({
  type: fc.constant('calls' as const),
  count: fc.integer({ min: 1, max: 14 }),
  outcome,
  sources: fc.integer({ min: 1, max: 3 }),
  gapMs: fc.constantFrom(0, 300, 8_000),
})

const restartPhase = fc.record({
  type: fc.constant('restart' as const),
  downMs: fc.constantFrom(0, 5_000, 100_000, 250_000, 4_000_000),
  wallJumpMs: fc.constantFrom(0, 0, -3_600_000, 3_600_000),
})

const disturbance = fc.oneof(
  { weight: 5, arbitrary: request },
  { weight: 3, arbitrary: calls },
  { weight: 2, arbitrary: restartPhase },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('enable' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('disable' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom('exit' as const, 'list_changed' as const, 'configure' as const, 'reset' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('hanging' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('quiet' as const),
      ms: fc.constantFrom(1, 4_000, 30_000, 250_000, 1_900_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('late_result' as const), back: fc.integer({ min: 0, max: 3 }), outcome }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('policy' as const), policy: fc.constantFrom(...POLICIES) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('common_cause' as const), active: fc.boolean() }) },
)

export const life = fc.record({
  phases: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: checks },
      { weight: 1, arbitrary: bouncing },
      { weight: 4, arbitrary: disturbance },
    ),
    {
      minLength: 1,
      maxLength: 25,
      size: 'max',
    },
  ),
  seed: fc.integer({ min: 1, max: 0x7fff_fffe }),
})

/** What is dated over a restart can only be as true as the wall clock. */
export const lifeByTrueClock = life.map(({ phases, seed }) => ({
  seed,
  phases: phases.map((phase) => (phase.type === 'restart' ? { ...phase, wallJumpMs: 0 } : phase)),
}))

export type Life = { readonly phases: readonly Phase[]; readonly seed: number }

/** A restart as seen from outside. */
export type Restarted = {
  readonly before: ServerState
  readonly saved: SavedState
  readonly after: ServerState
  readonly effects: readonly Effect[]
  readonly at: Instant
  readonly wallJumpMs: number
}

type Observers = { readonly step?: (step: Observed) => void; readonly restarted?: (restart: Restarted) => void }

/** Lives through all phases with a fake time, telling of every step. */
export function live({ phases, seed }: Life, { step, restarted }: Observers = {}): Simulation {
  const server = new Simulation({ random: sequence(seed), ...(step && { observe: step }) })
  for (const phase of phases) go(server, phase, restarted)
  return server
}

function go(server: Simulation, phase: Phase, restarted: Observers['restarted']): void {
  switch (phase.type) {
    case 'checks':
      server.reply = () => ({ result: answer(phase.outcome, phase), takesMs: phase.takesMs })
      server.checks(phase.count)
      server.pass(0)
      return
    case 'bouncing':
      for (let round = 0; round < phase.rounds; round++) {
        server.answers(phase.outcome)
        server.checks(phase.failures)
        server.answers('ok')
        server.checks(phase.successes)
        server.pass(0)
      }
      return
    case 'hanging':
      server.reply = () => 'hangs'
      server.checks(phase.count)
      return
    case 'quiet':
      server.pass(phase.ms)
      return
    case 'request':
      server.answers(phase.outcome)
      server.request(phase.trigger, true)
      server.pass(1)
      return
    case 'calls':
      for (let n = 0; n < phase.count; n++) {
        server.send({ type: 'call_finished', outcome: phase.outcome, source: `caller-${n % phase.sources}` })
        server.pass(phase.gapMs)
      }
      return
    case 'late_result':
      server.send({ type: 'check_finished', token: server.state.lastToken - phase.back, result: answer(phase.outcome) })
      return
    case 'policy':
      server.send({ type: 'policy_changed', policy: phase.policy })
      return
    case 'common_cause':
      server.send({ type: 'common_cause', active: phase.active })
      return
    case 'restart':
      restart(server, phase, restarted)
      return
    case 'exit':
      server.send({ type: 'process_exited', failure: failure('process_exited') })
      return
    case 'list_changed':
      server.send({ type: 'list_changed' })
      return
    case 'enable':
      if (server.state.admin.kind === 'inactive') server.send({ type: 'enabled' })
      return
    case 'disable':
      server.send({ type: 'disabled' })
      return
    case 'configure':
      server.send({ type: 'configured', revision: server.state.revision + 1, policy: server.state.policy })
      return
    case 'reset':
      server.send({ type: 'breaker_reset' })
      return
  }
}

function restart(
  server: Simulation,
  { downMs, wallJumpMs }: Extract<Phase, { type: 'restart' }>,
  restarted: Observers['restarted'],
): void {
  const before = server.state
  const saved: SavedState = JSON.parse(JSON.stringify(save(before, clockAt(server.now, 0))))
  server.now = later(server.now, downMs)
  const { policy, revision } = before
  const clock = clockAt(server.now, wallJumpMs)
  const { state, effects } = restore(saved, { policy, revision, clock, random: 0.5, firstCheckInMs: 7_000 })
  server.restarted(state, effects)
  restarted?.({ before, saved, after: state, effects, at: server.now, wallJumpMs })
}

/** Wall time is monotonic time and an offset, which jumps. */
export const clockAt = (now: Instant, wallJumpMs: number): Clock => ({
  now: () => now,
  wall: () => timestamp(1_700_000_000_000 + now + wallJumpMs),
  wallAheadMs: 1_700_000_000_000 + wallJumpMs,
  after: () => () => {},
})

/** Numbers in 0..1 that look random and are the same for the same seed (Park and Miller). */
export function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 0x7fff_ffff
    return state / 0x7fff_ffff
  }
}
