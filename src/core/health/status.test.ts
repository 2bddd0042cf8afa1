import { expect, test } from 'vitest'
import { POLICY, Simulation } from '../../../test/support/simulation.ts'
import type { Outcome } from '../check.ts'
import { badgeDetails, badges } from './badges.ts'
import { DEFAULT_BREAKER } from './breaker-config.ts'
import { describe, severityOf } from './status.ts'

/** Meets checks on demand, all at the same moment. */
function meets(server: Simulation, outcome: Outcome, count = 1, responseTimeMs = 20): void {
  server.answers(outcome, { responseTimeMs })
  for (let n = 0; n < count; n++) {
    server.request('manual')
    server.pass(0)
  }
}

function flapping(): Simulation {
  const server = new Simulation()
  meets(server, 'ok')
  for (let fall = 0; fall < 3; fall++) {
    meets(server, 'auth')
    meets(server, 'ok', 2)
  }
  return server
}

test('each change of status is as loud as what it means', () => {
  expect(severityOf('healthy', undefined)).toBe('info')
  expect(severityOf('unknown', 'stale')).toBe('warning')
  expect(severityOf('disconnected', 'connect_refused')).toBe('high')
  expect(severityOf('unhealthy', 'http_status')).toBe('high')
  expect(severityOf('unhealthy', 'auth_required')).toBe('warning')
  expect(severityOf('circuit_open', 'circuit_open')).toBe('critical')
  expect(severityOf('disabled', 'auto_disabled')).toBe('critical')
  expect(severityOf('disabled', 'user_disabled')).toBe('info')
})

test('each badge says why it is there', () => {
  const server = flapping()
  expect(badgeDetails(server.state)).toEqual([
    { badge: 'flapping', detail: 'Falls too often; must pass 5 checks in a row to recover' },
    { badge: 'auth_required', detail: '401 Unauthorized' },
  ])
  const slow = new Simulation()
  meets(slow, 'ok', 3, 3_000)
  expect(badgeDetails(slow.state)).toEqual([{ badge: 'degraded', detail: 'At least 3 of the last 5 checks were slow' }])
  slow.reply = () => 'hangs'
  slow.pass(600_000)
  expect(badgeDetails(slow.state)).toEqual([{ badge: 'stale', detail: 'Not confirmed by a recent check' }])
})

test('a server that was never checked has no badge, and neither has one that is down and was slow', () => {
  const server = new Simulation()
  expect(badges(server.state)).toEqual([])
  meets(server, 'ok', 3, 3_000)
  meets(server, 'connect', 3)
  expect(badges(server.state)).toEqual([])
})

test('of a disabled server nothing is known, so it has no badge', () => {
  const server = flapping()
  server.send({ type: 'disabled' })
  expect(badges(server.state)).toEqual([])
})

test('a status says since when it holds, whatever is found meanwhile', () => {
  const server = new Simulation()
  server.pass(60_000)
  expect(describe(server.state)).toMatchObject({ status: 'healthy', since: 0 })
  server.answers('auth')
  server.pass(120_000)
  expect(describe(server.state)).toMatchObject({ status: 'unhealthy', since: 120_000, lastCheckAt: 180_000 })
})

test('a circuit says since when it is not closed, and when it is tried again', () => {
  const server = new Simulation({ policy: { ...POLICY, breaker: { ...DEFAULT_BREAKER, halfOpenMaxCalls: 3 } } })
  meets(server, 'ok')
  expect(describe(server.state).circuit).toEqual({
    state: 'closed',
    failureCount: 0,
    failureCycles: 0,
    openedAt: undefined,
    retryAt: undefined,
  })
  server.pass(1_000)
  meets(server, 'connect', 5)
  const open = { state: 'open', failureCount: 5, failureCycles: 0, openedAt: 1_000, retryAt: 34_000 }
  expect(describe(server.state).circuit).toEqual(open)
  server.pass(1_000)
  meets(server, 'ok', 2)
  expect(server.state.health.kind).toBe('up')
  expect(describe(server.state).circuit).toEqual({ ...open, state: 'half_open', retryAt: undefined })
})

test('a disabled server is not tried again, and only one that Omni2 disabled says when and why', () => {
  const server = new Simulation()
  meets(server, 'connect', 5)
  server.send({ type: 'disabled' })
  expect(describe(server.state)).toMatchObject({
    circuit: { state: 'open', openedAt: 0, retryAt: undefined },
    autoDisabledAt: undefined,
    autoDisabledReason: undefined,
    wouldBeHealthy: undefined,
  })
  const dead = new Simulation({ random: () => 0 })
  dead.answers('connect')
  dead.pass(3_600_000)
  const disabledAt = dead.told.find(({ effect }) => effect.type === 'auto_disabled')?.at
  expect(disabledAt).toBeGreaterThan(1_800_000)
  expect(describe(dead.state)).toMatchObject({
    autoDisabledAt: disabledAt,
    autoDisabledReason: 'Disabled automatically after 10 failed retries in a row',
    wouldBeHealthy: undefined,
  })
})
