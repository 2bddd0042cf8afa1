import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acrossRestarts, always, RUNS } from '../../../test/support/always.ts'
import { clockAt, type Life, life, live, sequence } from '../../../test/support/phases.ts'
import { answer } from '../../../test/support/simulation.ts'
import { later } from '../clock.ts'
import { longestOpenMs } from './breaker.ts'
import { next } from './reducer.ts'
import { save } from './restore.ts'
import { HEALTH_STATUSES, type ServerState } from './state.ts'
import { derive, describe } from './status.ts'

always('1: the status is always the one derived from the axes, and in the vocabulary', ({ state }) => {
  const { admin, circuit, health } = state
  const down = health.kind === 'down' && health.transport ? 'disconnected' : 'unhealthy'
  const byHealth = ({ unknown: 'unknown', up: 'healthy', down } as const)[health.kind]
  const expected = admin.kind === 'inactive' ? 'disabled' : circuit.kind !== 'closed' ? 'circuit_open' : byHealth
  expect(HEALTH_STATUSES.includes(expected) && describe(state).status).toBe(expected)
})

always('2: while disabled nothing moves or is scheduled but looks, on demand or hourly', (step) => {
  const { before, aged, state, event, effects, at } = step
  if (aged.admin.kind === 'active' || event.type === 'enabled' || event.type === 'configured') return
  expect(state.admin.kind).toBe('inactive')
  const axes = ({ circuit, health, generation, flap }: ServerState) => ({ circuit, health, generation, flap })
  expect(axes(state)).toEqual(axes(before.admin.kind === 'inactive' ? before : aged))
  if (state.admin.kind === 'inactive' && state.admin.by === 'user') expect(state.nextCheck).toBeUndefined()
  if (!effects.some(({ type }) => type === 'run_check')) return
  expect(state.inFlight?.observing).toBe(true)
  const demanded = event.type === 'check_requested' && ['manual', 'reload'].includes(event.trigger)
  const byAuto = aged.admin.by === 'auto' && aged.nextCheck !== undefined && at >= aged.nextCheck.at
  expect(demanded || byAuto).toBe(true)
})

always(
  '2: the looks at an automatically disabled server lie about an hour apart',
  ({ state, judged, at, event, aged }) => {
    if (aged.admin.kind === 'active' || aged.admin.by === 'user' || judged || event.type !== 'check_finished') return
    if (state.nextCheck && !state.inFlight && aged.inFlight)
      expect(state.nextCheck.at - at).toBeGreaterThanOrEqual(3_240_000)
  },
)

always('3: a circuit that is not closed has at most one check in flight, a canary', ({ state }) => {
  if (state.admin.kind === 'inactive') return
  if (state.circuit.kind === 'open') expect(state.inFlight).toBeUndefined()
  const triggers = ['canary', 'manual', 'reload']
  if (state.circuit.kind === 'half_open' && state.inFlight) expect(triggers).toContain(state.inFlight.trigger)
})

always('4: nothing is half open before its time except on demand', ({ aged, state, event, at }) => {
  if (aged.circuit.kind !== 'open' || state.circuit.kind !== 'half_open') return
  const demanded = event.type === 'check_requested' && ['manual', 'reload'].includes(event.trigger)
  expect(demanded || at >= aged.circuit.retryAt).toBe(true)
})

test('4: once the server answers, an enabled one is healthy within its bound', () => {
  fc.assert(
    fc.property(life, (one) => {
      const server = live(one)
      const { intervalMs, timeoutMs } = server.state.policy
      const boundMs = longestOpenMs(server.state.policy) + 6 * 1.1 * intervalMs + 6 * (5_000 + timeoutMs)
      server.send({ type: 'enabled' })
      server.answers('ok')
      const start = server.now
      while (derive(server.state) !== 'healthy' && server.now - start <= boundMs) server.pass(1_000)
      expect(derive(server.state)).toBe('healthy')
    }),
    RUNS,
  )
})

always('5: a result with a stale token changes nothing', ({ state, at }) => {
  const token = state.inFlight ? state.lastToken - 1 : state.lastToken
  const step = next(state, { type: 'check_finished', token, result: answer('connect') }, at, 0.5)
  expect(step).toEqual(next(state, { type: 'time_passed' }, at, 0.5))
})

always('5: a new generation lets go of the check in flight', ({ state, aged }) => {
  if (state.generation !== aged.generation) expect(state.inFlight).toBeUndefined()
})

always(
  '6: no check starts while another is in flight, and each is bounded by its lease',
  ({ aged, state, effects, at }) => {
    const started = effects.some(({ type }) => type === 'run_check')
    if (started) expect(aged.inFlight).toBeUndefined()
    if (started) expect(state.inFlight?.leaseEndsAt).toBe(later(at, aged.policy.timeoutMs + 1_000))
    if (state.inFlight) expect(at).toBeLessThan(state.inFlight.leaseEndsAt)
  },
)

always('6: an enabled server always has a check in flight or in sight', ({ state }) => {
  if (state.admin.kind === 'active') expect(state.inFlight ?? state.nextCheck).toBeDefined()
})

always(
  '7: healthy means a success within three intervals and a timeout, and an honoured Retry-After',
  (step, witness) => {
    const { state, before, at } = step
    if (derive(state) !== 'healthy') return
    const limitMs = (policy: ServerState['policy']) => 3 * policy.intervalMs + policy.timeoutMs + witness.waitedMs
    expect(witness.lastSuccessAt).toBeDefined()
    const sinceMs = at - (witness.lastSuccessAt ?? Number.NEGATIVE_INFINITY)
    expect(sinceMs).toBeLessThan(Math.max(limitMs(before.policy), limitMs(state.policy)))
  },
)

test('14: the same events give the same trace, whatever the wall clock does and whoever looks', () => {
  const trace = (one: Life, jumps: () => number) => {
    const server = live(
      { ...one, phases: one.phases.filter(({ type }) => type !== 'restart') },
      {
        step: ({ state, at }) => void save(state, clockAt(at, jumps())),
      },
    )
    return { state: server.state, told: server.told }
  }
  fc.assert(
    fc.property(life, fc.integer({ min: 1, max: 1_000_000 }), (one, seed) => {
      const random = sequence(seed)
      expect(trace(one, () => 1e9 * (random() - 0.5))).toEqual(trace(one, () => 0))
    }),
    { numRuns: 40 },
  )
})

acrossRestarts('13: a restart never makes the breaker more permissive and never loses a disable', (restart) => {
  const { before, after, at, wallJumpMs } = restart
  expect(after.admin.kind).toBe(before.admin.kind)
  if (before.admin.kind === 'inactive' && after.admin.kind === 'inactive') expect(after.admin.by).toBe(before.admin.by)
  expect(after.circuit.kind).toBe(before.circuit.kind === 'half_open' ? 'open' : before.circuit.kind)
  expect(after.circuit.failures).toBe(before.circuit.failures)
  if (after.circuit.kind !== 'open') return
  expect(after.circuit.retryAt - at).toBeGreaterThanOrEqual(0)
  expect(after.circuit.retryAt - at).toBeLessThanOrEqual(longestOpenMs(after.policy))
  if (before.circuit.kind === 'open' && wallJumpMs === 0) {
    const latest = at + longestOpenMs(after.policy)
    expect(after.circuit.retryAt).toBe(Math.min(latest, Math.max(at, before.circuit.retryAt)))
    expect(after.circuit.failedCanaries).toBe(before.circuit.failedCanaries)
  }
})

acrossRestarts(
  '13: what was healthy is stale until its first check, and unknown when that was too long ago',
  (restart) => {
    const { before, after, at, wallJumpMs } = restart
    if (derive(before) !== 'healthy' || wallJumpMs !== 0) return
    const { intervalMs, timeoutMs } = before.policy
    const limitMs = 3 * intervalMs + timeoutMs + (before.throttle?.longestMs ?? 0)
    const fresh = before.lastSuccessAt !== undefined && at - before.lastSuccessAt < limitMs
    expect(derive(after)).toBe(fresh ? 'healthy' : 'unknown')
    expect(describe(after).badges.map(({ badge }) => badge)).toContain('stale')
  },
)
