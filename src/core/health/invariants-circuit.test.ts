import fc from 'fast-check'
import { expect, test } from 'vitest'
import { always, alwaysWith, RUNS } from '../../../test/support/always.ts'
import { life, lifeByTrueClock, live } from '../../../test/support/phases.ts'
import { answer, Simulation } from '../../../test/support/simulation.ts'
import type { Outcome } from '../check.ts'
import type { Instant } from '../clock.ts'
import { longestOpenMs } from './breaker.ts'
import { derive } from './status.ts'

test('the lives tried open the circuit often, disable automatically, flap and restart', () => {
  const seen = { opened: 0, reopened: 0, closed: 0, disabled: 0, flapping: 0, restarts: 0 }
  const numRuns = 100
  fc.assert(
    fc.property(life, (one) => {
      let flapping = false
      const { told } = live(one, {
        step: ({ state }) => {
          flapping ||= state.flap.active
        },
        restarted: () => void seen.restarts++,
      })
      if (flapping) seen.flapping++
      for (const { effect } of told) {
        if (effect.type === 'auto_disabled') seen.disabled++
        if (effect.type !== 'circuit_changed') continue
        if (effect.to === 'open' && effect.from === 'closed') seen.opened++
        if (effect.to === 'open' && effect.from === 'half_open') seen.reopened++
        if (effect.to === 'closed' && effect.from === 'half_open') seen.closed++
      }
    }),
    { numRuns, seed: 1 },
  )
  expect(seen.opened).toBeGreaterThan(numRuns / 2)
  expect(seen.reopened).toBeGreaterThan(numRuns)
  expect(seen.closed).toBeGreaterThan(numRuns / 10)
  expect(seen.disabled).toBeGreaterThan(5)
  expect(seen.flapping).toBeGreaterThan(numRuns / 10)
  expect(seen.restarts).toBeGreaterThan(numRuns / 10)
})

alwaysWith('8: the circuit opens by the two rules only, and by an active check that failed', () => {
  let failures = 0
  let calls: { at: Instant; failed: boolean; source: string }[] = []
  let rateHeld = false
  return ({ aged, state, event, effects, judged, at }) => {
    const opened = aged.circuit.kind === 'closed' && state.circuit.kind === 'open'
    const failed = judged?.outcome === 'connect' || judged?.outcome === 'protocol'
    const counts = aged.admin.kind === 'active' && aged.circuit.kind === 'closed'
    if (state.generation !== aged.generation || aged.circuit.kind !== 'closed') {
      failures = state.circuit.failures
      calls = []
    }
    if (effects.some(({ type }) => type === 'run_check'))
      rateHeld = isTooHigh(calls.filter((call) => at - call.at < 60_000))
    if (counts && event.type === 'process_exited' && aged.health.kind === 'up') failures++
    if (counts && event.type === 'call_finished') {
      if (['connect', 'protocol'].includes(event.outcome)) failures++
      if (['connect', 'protocol', 'ok'].includes(event.outcome)) {
        calls.push({ at, failed: event.outcome !== 'ok', source: event.source })
      }
    }
    if (counts && failed) failures++
    if (opened) {
      expect(failed).toBe(true)
      expect(failures >= state.policy.breaker.failureThreshold || rateHeld).toBe(true)
      expect(state.policy.breaker.enabled).toBe(true)
    }
    if (counts && failed && state.policy.breaker.enabled && failures >= state.policy.breaker.failureThreshold) {
      expect(state.circuit.kind).toBe('open')
    }
    const recovered = judged !== undefined && aged.health.kind !== 'up' && state.health.kind === 'up'
    if (judged?.outcome === 'ok' || recovered) failures = 0
  }
})

function isTooHigh(calls: readonly { failed: boolean; source: string }[]): boolean {
  const failed = calls.filter((call) => call.failed)
  return (
    calls.length >= 10 && failed.length * 2 >= calls.length && new Set(failed.map(({ source }) => source)).size >= 2
  )
}

always('8: auth, throttled, app_error, cancelled and inconclusive move no counter of the circuit', (step) => {
  const { aged, state, event, judged } = step
  const neutral: readonly Outcome[] = ['auth', 'throttled', 'app_error', 'cancelled', 'inconclusive']
  if (event.type === 'call_finished' && neutral.includes(event.outcome)) expect(state).toEqual(aged)
  if (!judged || !neutral.includes(judged.outcome)) return
  const healed = aged.health.kind !== 'up' && state.health.kind === 'up'
  if (aged.circuit.kind === 'closed' && state.circuit.kind === 'closed') {
    expect(state.circuit.failures).toBe(healed ? 0 : aged.circuit.failures)
    expect(state.circuit.window).toEqual(aged.circuit.window)
  }
  if (aged.circuit.kind === 'half_open' && state.circuit.kind === 'open') {
    const { cycles, failedCanaries, failures } = aged.circuit
    expect(state.circuit).toMatchObject({ cycles, failedCanaries, failures })
  }
})

alwaysWith('9: an open lasts its base to 1.2 x its cap, and only its jitter shrinks it until healed', () => {
  let previousMs = 0
  return ({ aged, state, judged }) => {
    if (state.circuit.kind === 'closed') previousMs = 0
    if (aged.circuit.kind === 'open' || state.circuit.kind !== 'open') return
    const lastsMs = state.circuit.retryAt - state.circuit.openedAt
    expect(lastsMs).toBeGreaterThanOrEqual(state.policy.breaker.openMs)
    expect(lastsMs).toBeLessThanOrEqual(longestOpenMs(state.policy))
    if (state.commonCause) {
      if (judged?.outcome !== 'throttled')
        expect(lastsMs).toBeLessThanOrEqual(Math.max(60_000, state.policy.breaker.openMs))
    } else {
      const comparable = aged.circuit.kind === 'half_open' && judged?.outcome !== 'throttled'
      if (comparable && previousMs <= longestOpenMs(state.policy))
        expect(lastsMs * 1.2 + 1).toBeGreaterThanOrEqual(previousMs)
      previousMs = judged?.outcome === 'throttled' ? previousMs : lastsMs
    }
  }
})

always('9: a canary that fails makes the next open longer, up to the cap', ({ aged, state, judged }) => {
  if (aged.circuit.kind !== 'half_open' || state.circuit.kind !== 'open') return
  const failed = judged?.outcome === 'connect' || judged?.outcome === 'protocol'
  if (!failed || state.commonCause) return
  const { openMs } = state.policy.breaker
  const nominalMs = Math.min(openMs * 2 ** (aged.circuit.cycles + 1), Math.max(300_000, openMs))
  expect(state.circuit.retryAt - state.circuit.openedAt).toBeGreaterThanOrEqual(nominalMs)
  expect(state.circuit.retryAt - state.circuit.openedAt).toBeLessThanOrEqual(1.2 * nominalMs + 1)
})

always('10: health falls after three failures, a refused credential or an exit, never else', (step, { failures }) => {
  const { aged, state, event, judged } = step
  if (aged.health.kind !== 'up' || state.health.kind !== 'down') return
  const atOnce = event.type === 'process_exited' || judged?.outcome === 'auth'
  expect(atOnce || failures >= 3).toBe(true)
})

always('10: health recovers after two successes in a row, five an interval apart while flapping', (step, witness) => {
  const { aged, state } = step
  if (aged.health.kind === 'up' || state.health.kind !== 'up') return
  const needed = aged.health.kind === 'down' ? 2 : 1
  expect(witness.successes).toBeGreaterThanOrEqual(needed)
  const damped = aged.flap.active && (aged.health.kind === 'down' || aged.health.cause === 'stale')
  if (damped && state.policy.intervalMs === 60_000) expect(witness.spacedSuccesses).toBeGreaterThanOrEqual(5)
})

alwaysWith('10: the circuit closes after enough canaries in a row, never else', () => {
  let passed = 0
  return ({ aged, state, judged }) => {
    const passes = judged !== undefined && ['ok', 'app_error', 'auth'].includes(judged.outcome)
    if (state.circuit.kind === 'open') passed = 0
    else if (aged.circuit.kind === 'half_open' && judged) passed = passes ? passed + 1 : 0
    const { halfOpenMaxCalls, enabled } = state.policy.breaker
    const closed = aged.circuit.kind !== 'closed' && state.circuit.kind === 'closed'
    if (closed && enabled && state.generation === aged.generation)
      expect(passed).toBeGreaterThanOrEqual(halfOpenMaxCalls)
  }
})

alwaysWith(
  '11: only a server down for long, with enough failed canaries and no common cause, is disabled',
  () => {
    let downSince: Instant | undefined
    return ({ aged, state, effects, at }, { failedCanaries }) => {
      if (effects.some(({ type }) => type === 'auto_disabled')) {
        const { autoDisableEnabled, maxFailureCycles } = state.policy.breaker
        expect(autoDisableEnabled).toBe(true)
        expect(state.commonCause).toBe(false)
        expect(failedCanaries).toBeGreaterThanOrEqual(maxFailureCycles)
        expect(at - (downSince ?? at)).toBeGreaterThanOrEqual(1_800_000)
      }
      const status = derive(state)
      const down = status === 'circuit_open' || status === 'disconnected' || status === 'unhealthy'
      downSince = down && state.generation >= aged.generation ? (downSince ?? at) : undefined
    }
  },
  lifeByTrueClock,
)

test('12: every change of status is told once, and each begins where the last one ended', () => {
  fc.assert(
    fc.property(life, (one) => {
      let status = 'unknown'
      const follow = (effects: readonly { readonly type: string }[], now: string) => {
        for (const effect of effects) {
          if (!('from' in effect && 'to' in effect) || effect.type !== 'status_changed') continue
          expect(effect.from).toBe(status)
          expect(effect.to).not.toBe(status)
          status = String(effect.to)
        }
        expect(now).toBe(status)
      }
      live(one, {
        step: ({ effects, state }) => follow(effects, derive(state)),
        restarted: ({ effects, after }) => follow(effects, derive(after)),
      })
    }),
    RUNS,
  )
})

test('15: the effects replayed give the same axes', () => {
  fc.assert(
    fc.property(life, (one) => {
      const { told, state } = live(one)
      const replayed = { status: 'unknown', circuit: 'closed', auto: false }
      for (const { effect } of told) {
        if (effect.type === 'circuit_changed') {
          expect(effect.from).toBe(replayed.circuit)
          replayed.circuit = effect.to
        }
        if (effect.type === 'status_changed') replayed.status = effect.to
        if (effect.type === 'status_changed') replayed.auto = effect.reasonCode === 'auto_disabled'
      }
      const auto = state.admin.kind === 'inactive' && state.admin.by === 'auto'
      const userTookOver = replayed.auto && !auto && derive(state) === 'disabled'
      expect(replayed).toEqual({ status: derive(state), circuit: state.circuit.kind, auto: auto || userTookOver })
    }),
    RUNS,
  )
})

always('16: windows hold only what is younger than the window', ({ state, at }) => {
  if (state.circuit.kind !== 'closed') return
  for (const bucket of state.circuit.window) expect(at - bucket.at).toBeLessThan(60_000)
  expect(state.circuit.window.length).toBeLessThanOrEqual(30)
})

test('17: no periodic pattern of answers gives more than 27 status events an hour once steady, 32 in the first', () => {
  const answers = fc.constantFrom<Outcome>('ok', 'ok', 'connect', 'protocol', 'auth', 'throttled', 'app_error')
  const stretch = fc
    .tuple(answers, fc.integer({ min: 1, max: 6 }))
    .map(([outcome, n]) => Array<Outcome>(n).fill(outcome))
  const pattern = fc.array(stretch, { minLength: 1, maxLength: 8 }).map((stretches) => stretches.flat())
  fc.assert(
    fc.property(pattern, fc.constantFrom(0, 0, 0.5), (outcomes, jitter) => {
      const times = statusEvents(outcomes, jitter, 3 * HOUR_MS)
      expect(times.filter((at) => at < HOUR_MS).length).toBeLessThanOrEqual(32)
      const steady = times.filter((at) => at >= HOUR_MS)
      const busiest = steady.map((from) => steady.filter((at) => at >= from && at < from + HOUR_MS).length)
      expect(Math.max(0, ...busiest)).toBeLessThanOrEqual(27)
    }),
    {
      numRuns: 150,
      examples: [
        'oocpcpcoooo',
        'occcccooooo',
        'oooocccAo',
        'coocccc',
        'cpcpooooo',
        'ooApppptpoA',
        'poAoAptoottt',
        'ottt',
      ].map((letters): [Outcome[], number] => [spelled(letters), 0]),
    },
  )
})

const HOUR_MS = 3_600_000

function statusEvents(outcomes: readonly Outcome[], jitter: number, ms: number): number[] {
  const server = new Simulation({ random: () => jitter })
  let n = 0
  server.reply = () => ({ result: answer(outcomes[n++ % outcomes.length] ?? 'ok'), takesMs: 0 })
  server.pass(ms)
  return server.told.filter(({ effect }) => effect.type === 'status_changed').map(({ at }) => at)
}

/** One letter an answer, as in the patterns that were the busiest under earlier rules. */
function spelled(letters: string): Outcome[] {
  const words: Record<string, Outcome> = { o: 'ok', c: 'connect', p: 'protocol', A: 'auth', t: 'throttled' }
  return [...letters].map((letter) => words[letter] ?? 'app_error')
}
