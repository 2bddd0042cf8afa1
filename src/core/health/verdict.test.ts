import { expect, test } from 'vitest'
import { failure, Simulation } from '../../../test/support/simulation.ts'
import type { Outcome } from '../check.ts'
import { badges } from './badges.ts'
import { derive, describe } from './status.ts'

/** A server that answers one check with each of these, each at its due time; with no jitter an interval is 54 s. */
function after(...outcomes: Outcome[]): Simulation {
  const server = new Simulation({ random: () => 0 })
  more(server, ...outcomes)
  return server
}

function more(server: Simulation, ...outcomes: Outcome[]): void {
  for (const outcome of outcomes) {
    server.answers(outcome)
    server.checks(1)
    server.pass(0)
  }
}

/** Down for a refused credential, for the fourth time within minutes. */
const flapping = (): Simulation => after('ok', 'auth', 'ok', 'ok', 'auth', 'ok', 'ok', 'auth', 'ok', 'ok', 'auth')

const times = (count: number, outcome: Outcome): Outcome[] => Array<Outcome>(count).fill(outcome)
const statusAfter = (...outcomes: Outcome[]) => derive(after(...outcomes).state)
const badgesAfter = (...outcomes: Outcome[]) => badges(after(...outcomes).state)

test('the first conclusive check decides alone', () => {
  expect(statusAfter()).toBe('unknown')
  expect(statusAfter('ok')).toBe('healthy')
  expect(statusAfter('app_error')).toBe('healthy')
  expect(statusAfter('connect')).toBe('disconnected')
  expect(statusAfter('protocol')).toBe('unhealthy')
  expect(statusAfter('auth')).toBe('unhealthy')
})

test('a first check without a verdict leaves the server unknown, and says what came of it', () => {
  for (const outcome of ['throttled', 'cancelled', 'inconclusive'] as const) {
    expect(statusAfter(outcome)).toBe('unknown')
  }
  expect(describe(after('throttled').state).reasonCode).toBe('throttled')
  expect(describe(after().state).reasonCode).toBe('never_checked')
})

test('three failures in a row are needed to fall, and the badge counts them', () => {
  expect(statusAfter('ok', 'connect', 'connect')).toBe('healthy')
  expect(describe(after('ok', 'connect', 'connect').state).badges).toEqual([
    { badge: 'suspect', detail: '2 of 3 failures' },
  ])
  expect(statusAfter('ok', 'connect', 'connect', 'connect')).toBe('disconnected')
  expect(statusAfter('ok', 'connect', 'connect', 'protocol')).toBe('unhealthy')
})

test('a success ends a suspicion, and an app_error is one', () => {
  expect(statusAfter('ok', 'connect', 'connect', 'ok', 'connect', 'connect')).toBe('healthy')
  expect(statusAfter('ok', 'connect', 'connect', 'app_error', 'connect', 'connect')).toBe('healthy')
  expect(badgesAfter('ok', 'connect', 'ok')).toEqual([])
})

test('checks without a verdict neither end a suspicion nor add to it', () => {
  for (const outcome of ['throttled', 'cancelled', 'inconclusive'] as const) {
    expect(statusAfter('ok', 'connect', 'connect', outcome)).toBe('healthy')
    expect(statusAfter('ok', 'connect', 'connect', outcome, 'connect')).toBe('disconnected')
  }
})

test('a refused credential is down at once, unhealthy, with a badge, and counts no failure', () => {
  const server = after('ok', 'auth')
  expect(derive(server.state)).toBe('unhealthy')
  expect(badges(server.state)).toEqual(['auth_required'])
  expect(describe(server.state)).toMatchObject({
    reasonCode: 'auth_required',
    circuit: { state: 'closed', failureCount: 0 },
  })
  expect(statusAfter('ok', ...times(30, 'auth'))).toBe('unhealthy')
})

test('a server that is down needs two successes in a row', () => {
  expect(statusAfter('connect', 'ok')).toBe('disconnected')
  expect(statusAfter('connect', 'ok', 'ok')).toBe('healthy')
  expect(statusAfter('connect', 'ok', 'connect', 'ok')).toBe('disconnected')
  expect(statusAfter('connect', 'ok', 'auth', 'ok')).toBe('unhealthy')
  expect(statusAfter('connect', 'ok', 'inconclusive', 'ok')).toBe('healthy')
})

test('a server that is down tells the newest reason', () => {
  expect(statusAfter('connect', 'protocol')).toBe('unhealthy')
  expect(describe(after('connect', 'protocol').state).reasonCode).toBe('http_status')
})

test('a check without a verdict leaves the reason why a server is down', () => {
  for (const outcome of ['throttled', 'cancelled', 'inconclusive'] as const) {
    expect(describe(after('connect', outcome).state).reasonCode).toBe('connect_refused')
  }
})

test('app_errors heal, and what failed before them is not in a row with what fails after', () => {
  expect(statusAfter(...times(4, 'connect'), 'app_error', 'app_error', 'connect')).toBe('healthy')
})

test('three falls within minutes make it flapping, and then five successes an interval apart are needed', () => {
  const bounce: Outcome[] = ['connect', 'connect', 'connect', 'ok', 'ok']
  const server = after('ok', ...bounce, ...bounce, 'connect', 'connect', 'connect')
  expect(badges(server.state)).not.toContain('flapping')
  more(server, 'ok', 'ok', 'connect', 'connect', 'connect')
  expect(badges(server.state)).toContain('flapping')
  const from = server.now
  more(server, ...times(4, 'ok'))
  expect(derive(server.state)).toBe('disconnected')
  more(server, 'ok')
  expect(derive(server.state)).toBe('healthy')
  expect(server.now - from).toBe(5_000 + 4 * 54_000)
})

test('while flapping, successes on demand in quick succession count as one', () => {
  const server = flapping()
  expect(badges(server.state)).toContain('flapping')
  server.answers('ok')
  for (let n = 0; n < 10; n++) {
    server.pass(1_000)
    server.request('manual')
    server.pass(0)
  }
  expect(derive(server.state)).toBe('unhealthy')
})

test('while flapping, a server that falls again says how', () => {
  const server = flapping()
  more(server, ...times(5, 'ok'))
  expect(describe(server.state)).toMatchObject({ status: 'healthy', badges: [{ badge: 'flapping' }] })
  more(server, ...times(3, 'connect'))
  expect(derive(server.state)).toBe('disconnected')
})

test('while flapping, what a canary finds is what is told once the circuit has closed', () => {
  const server = flapping()
  more(server, ...times(5, 'ok'), ...times(5, 'connect'))
  expect(describe(server.state)).toMatchObject({ status: 'circuit_open', badges: [{ badge: 'flapping' }] })
  more(server, 'auth', 'auth')
  expect(describe(server.state)).toMatchObject({ status: 'unhealthy', reasonCode: 'auth_required' })
})

test('while flapping, a server that is down keeps its word for it', () => {
  const server = flapping()
  more(server, 'connect')
  expect(describe(server.state)).toMatchObject({ status: 'unhealthy', reasonCode: 'connect_refused' })
})

test('flapping fades with the hours', () => {
  const server = flapping()
  server.answers('ok')
  server.pass(900_000)
  expect(badges(server.state)).toEqual(['flapping'])
  server.pass(600_000)
  expect(badges(server.state)).toEqual([])
})

test('a healthy server without a conclusive success for three intervals and a timeout is unknown and stale', () => {
  const server = after('ok')
  server.answers('inconclusive')
  server.pass(189_999)
  expect(derive(server.state)).toBe('healthy')
  server.pass(1)
  expect(describe(server.state)).toMatchObject({ status: 'unknown', badges: [{ badge: 'stale' }] })
  more(server, 'ok')
  expect(derive(server.state)).toBe('healthy')
})

test('an honoured Retry-After moves the limit, for 300 s at most', () => {
  const server = after('ok')
  server.answers('throttled', { retryAfterMs: 900_000 })
  server.pass(489_999)
  expect(derive(server.state)).toBe('healthy')
  server.pass(1)
  expect(derive(server.state)).toBe('unknown')
})

test('a child process that exits is down at once, counts one failure, and is looked at within 5 s', () => {
  const server = after('ok')
  server.send({ type: 'process_exited', failure: failure('process_exited') })
  expect(describe(server.state)).toMatchObject({
    status: 'disconnected',
    reasonCode: 'process_exited',
    circuit: { state: 'closed', failureCount: 1 },
    nextCheckAt: server.now + 5_000,
  })
  expect(badges(server.state)).toEqual([])
  server.send({ type: 'process_exited', failure: failure('process_exited') })
  expect(server.state.circuit.failures).toBe(1)
})

test('three slow answers of five are a badge, and three quick ones end it', () => {
  const server = new Simulation()
  const answers = (responseTimeMs: number, count: number) => {
    server.answers('ok', { responseTimeMs })
    server.checks(count)
    server.pass(0)
  }
  answers(50, 5)
  answers(1_000, 2)
  expect(badges(server.state)).toEqual([])
  answers(2_001, 1)
  expect(badges(server.state)).toEqual(['degraded'])
  answers(50, 3)
  expect(badges(server.state)).toEqual([])
})

test('a local server that takes 5 ms for once instead of 1 is not slow', () => {
  const server = new Simulation()
  server.answers('ok', { responseTimeMs: 1 })
  server.checks(5)
  server.answers('ok', { responseTimeMs: 90 })
  server.checks(5)
  expect(badges(server.state)).toEqual([])
})
