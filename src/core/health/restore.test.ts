import { expect, test } from 'vitest'
import { clockAt } from '../../../test/support/phases.ts'
import { POLICY, Simulation } from '../../../test/support/simulation.ts'
import { instant } from '../clock.ts'
import { badges } from './badges.ts'
import { CLOSED } from './breaker.ts'
import { DEFAULT_BREAKER } from './breaker-config.ts'
import { restore, save } from './restore.ts'
import type { SavedState } from './saved-state.ts'
import { derive, describe } from './status.ts'
import { wakeAt } from './wake.ts'

type Restart = { readonly downMs: number; readonly wallJumpMs?: number; readonly policy?: typeof POLICY }

/** Saves, goes through JSON, and comes back in a process whose clock begins at 500 ms. */
function restarted(server: Simulation, { downMs, wallJumpMs = 0, policy = POLICY }: Restart) {
  const stored: SavedState = JSON.parse(JSON.stringify(save(server.state, clockAt(server.now, 0))))
  const clock = clockAt(instant(500), server.now - 500 + downMs + wallJumpMs)
  return restore(stored, { policy, revision: server.state.revision, clock, random: 0.5, firstCheckInMs: 7_000 })
}

function opened(): Simulation {
  const server = new Simulation({ random: () => 0 })
  server.answers('connect')
  server.checks(5)
  server.pass(0)
  return server
}

function healthy(): Simulation {
  const server = new Simulation()
  server.pass(1_000)
  return server
}

test('what was healthy is healthy and stale until its first check, in its place among the first checks', () => {
  const { state, effects } = restarted(healthy(), { downMs: 20_000 })
  expect(derive(state)).toBe('healthy')
  expect(badges(state)).toEqual(['stale'])
  expect(state.nextCheck).toEqual({ at: 7_500, trigger: 'scheduled', deep: true })
  expect(effects).toEqual([])
  const server = new Simulation({ state })
  server.now = instant(500)
  server.pass(7_000)
  expect(badges(server.state)).toEqual([])
})

test('nothing else comes back of a healthy server than that it was healthy', () => {
  const { state } = restarted(healthy(), { downMs: 20_000 })
  expect(state).toMatchObject({ downSince: undefined, throttle: undefined })
  expect(state.admin).toEqual({ kind: 'active' })
  expect(state.circuit).toEqual(CLOSED)
  expect(state.health).toEqual({ kind: 'up', failures: 0, suspicion: undefined })
})

test('of a healthy server no more is stored than a restart needs', () => {
  const server = healthy()
  const clock = clockAt(server.now, 0)
  server.send({ type: 'call_finished', outcome: 'ok', source: 'me' })
  const { admin, circuit, downSince, throttledMs } = save(server.state, clock)
  expect({ admin, circuit, downSince, throttledMs }).toEqual({
    admin: { kind: 'active' },
    circuit: { kind: 'closed', failures: 0, cycles: 0 },
    downSince: undefined,
    throttledMs: 0,
  })
})

test('a server that was never checked is so after a restart, with no date and no badge', () => {
  const { state } = restarted(new Simulation(), { downMs: 20_000 })
  expect(describe(state)).toMatchObject({ status: 'unknown', reasonCode: 'never_checked', badges: [] })
  expect([state.lastCheckAt, state.lastSuccessAt]).toEqual([undefined, undefined])
})

test('a success is believed for three intervals and a timeout over a restart too, and not a moment longer', () => {
  expect(derive(restarted(healthy(), { downMs: 188_999 }).state)).toBe('healthy')
  expect(derive(restarted(healthy(), { downMs: 189_000 }).state)).toBe('unknown')
})

test('an honoured Retry-After goes on being honoured over a restart', () => {
  const server = healthy()
  server.answers('throttled', { retryAfterMs: 200_000 })
  server.request('manual')
  server.pass(0)
  expect(derive(restarted(server, { downMs: 388_999 }).state)).toBe('healthy')
  expect(derive(restarted(server, { downMs: 389_000 }).state)).toBe('unknown')
})

test('what was healthy too long ago is unknown, and that is told', () => {
  const { state, effects } = restarted(healthy(), { downMs: 190_000 })
  expect(state.health).toMatchObject({ kind: 'unknown', cause: 'stale' })
  expect(describe(state)).toMatchObject({ reasonCode: 'stale', badges: [{ badge: 'stale' }] })
  expect(effects).toMatchObject([{ type: 'status_changed', from: 'healthy', to: 'unknown', reasonCode: 'stale' }])
})

test('an open circuit is open for the rest of its time', () => {
  const { state, effects } = restarted(opened(), { downMs: 20_000 })
  expect(state.circuit).toMatchObject({ kind: 'open', openedAt: 500 - 20_000, retryAt: 10_500, failures: 5 })
  expect(state.nextCheck).toEqual({ at: 10_500, trigger: 'canary', deep: true })
  expect(effects).toEqual([])
})

test('a clock that was set back while we were away keeps it open for 360 s at most', () => {
  const { state } = restarted(opened(), { downMs: 20_000, wallJumpMs: -86_400_000 })
  expect(state.circuit).toMatchObject({ kind: 'open', openedAt: 500, retryAt: 360_500 })
})

test('a half-open circuit is open and due, and that is told', () => {
  const server = opened()
  server.answers('ok')
  server.pass(30_000)
  expect(server.state.circuit.kind).toBe('half_open')
  const { state, effects } = restarted(server, { downMs: 3_000 })
  expect(state.circuit).toMatchObject({ kind: 'open', retryAt: 500 })
  expect(effects).toMatchObject([{ type: 'circuit_changed', from: 'half_open', to: 'open' }])
})

test('failed canaries and the time down go on counting over a restart', () => {
  const server = opened()
  server.answers('connect')
  server.pass(1_500_000)
  const { state } = restarted(server, { downMs: 600_000 })
  const back = new Simulation({ state, random: () => 0 })
  back.now = instant(500)
  back.answers('connect')
  back.pass(1_200_000)
  expect(derive(back.state)).toBe('disabled')
  expect(describe(back.state).circuit.failureCycles).toBe(10)
})

test('disabled by a person stays so, with nothing scheduled', () => {
  const server = healthy()
  server.send({ type: 'disabled' })
  const { state, effects } = restarted(server, { downMs: 9_000_000 })
  expect(state.admin).toMatchObject({ kind: 'inactive', by: 'user' })
  expect(wakeAt(state)).toBeUndefined()
  expect(effects).toEqual([])
})

test('disabled automatically stays so, with its reason, and is looked at within the hour', () => {
  const server = opened()
  server.answers('connect')
  server.pass(3_000_000)
  const { state } = restarted(server, { downMs: 60_000 })
  expect(describe(state)).toMatchObject({
    status: 'disabled',
    autoDisabledReason: 'Disabled automatically after 10 failed retries in a row',
  })
  expect(state.nextCheck).toEqual({ at: 1_800_500, trigger: 'scheduled', deep: false })
  const disabledAt = server.told.at(-1)?.at ?? Number.NaN
  expect(describe(state).autoDisabledAt).toBe(500 - 60_000 - (server.now - disabledAt))
})

test('a server that was down is down with its reason', () => {
  const server = new Simulation()
  server.answers('auth')
  server.pass(0)
  const { state } = restarted(server, { downMs: 1_000 })
  expect(describe(state)).toMatchObject({ status: 'unhealthy', reasonCode: 'auth_required' })
  expect(badges(state)).toEqual(['stale', 'auth_required'])
})

test('a flapping server is flapping after a restart', () => {
  const server = healthy()
  for (let round = 0; round < 4; round++) {
    server.answers('auth')
    server.checks(1)
    server.pass(0)
    server.answers('ok')
    server.checks(2)
    server.pass(0)
  }
  expect(badges(server.state)).toContain('flapping')
  expect(badges(restarted(server, { downMs: 1_000 }).state)).toContain('flapping')
})

test('a breaker that was switched off meanwhile lets go of an open circuit', () => {
  const { state, effects } = restarted(opened(), {
    downMs: 0,
    policy: { ...POLICY, breaker: { ...DEFAULT_BREAKER, enabled: false } },
  })
  expect(derive(state)).toBe('disconnected')
  expect(effects.map(({ type }) => type)).toEqual(['circuit_changed', 'status_changed'])
  expect(wakeAt(state)).toBe(7_500)
})

test('a clock that was set back leaves no success that can be believed', () => {
  const { state } = restarted(healthy(), { downMs: 20_000, wallJumpMs: -60_000 })
  expect(describe(state)).toMatchObject({ status: 'unknown', reasonCode: 'stale' })
})

test('a success of this very millisecond is believed', () => {
  const server = new Simulation()
  server.pass(0)
  expect(derive(restarted(server, { downMs: 0 }).state)).toBe('healthy')
})

test('dates survive, as far as they lie in the past', () => {
  const server = healthy()
  const { state } = restarted(server, { downMs: 2_000 })
  expect(state.lastSuccessAt).toBe(500 - 2_000 - 1_000)
  expect(state.statusSince).toBe(500 - 2_000 - 1_000)
  expect(restarted(server, { downMs: 2_000, wallJumpMs: -60_000 }).state.lastSuccessAt).toBe(500)
})
