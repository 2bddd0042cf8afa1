import { expect, test } from 'vitest'
import { FakeClock, ok, refused } from '../../../test/support/fakes.ts'
import { answer, Simulation } from '../../../test/support/simulation.ts'
import { someCapabilities } from '../../../test/support/store-samples.ts'
import { memberOf } from '../../../test/support/watched.ts'
import type { Effect } from '../health/health-event.ts'
import { save } from '../health/restore.ts'
import { serverId } from '../ids.ts'
import type { Change } from '../ports.ts'
import { changesOf, checkRow, noticeOf } from './consequences.ts'

const id = serverId(1)

/** A clock that stands where the simulation is. */
async function clockAt({ now }: Simulation): Promise<FakeClock> {
  const clock = new FakeClock()
  await clock.advance(now)
  return clock
}

const eventsIn = (changes: readonly Change[]) =>
  changes.flatMap((change) => (change.type === 'event' ? [change.event] : []))

/** What one server met until now is told, in order. */
async function told(server: Simulation): Promise<readonly object[]> {
  const effects: readonly Effect[] = server.told.map(({ effect }) => effect)
  return eventsIn(changesOf(memberOf(server), effects, await clockAt(server)))
}

test('a check that only starts is stored as state, and tells nothing', async () => {
  const server = new Simulation()
  const effects = server.request('scheduled', true)
  expect(effects).toMatchObject([{ type: 'run_check' }])
  const clock = await clockAt(server)
  const identity = ok.identity
  const after = memberOf(server, { identity })
  expect(changesOf(after, effects, clock)).toEqual([
    { type: 'state_saved', serverId: id, state: save(server.state, clock), identity },
  ])
})

test('a circuit that opens and closes is told with its counts and its times by the wall clock', async () => {
  const server = new Simulation({ random: () => 0 })
  server.answers('connect')
  server.checks(6)
  server.answers('ok')
  server.pass(65_000)
  const about = { type: 'circuit_breaker_state', serverId: 1, serverName: 'github', version: 3 }
  const openedAt = 20_000
  const wall = (ms: number) => Date.UTC(2026, 0, 1) + ms
  const events = (await told(server)).filter((event) => 'oldState' in event)
  expect(events).toEqual([
    {
      ...about,
      severity: 'high',
      oldState: 'closed',
      newState: 'open',
      failureCount: 5,
      failureCycles: 0,
      retryAt: wall(openedAt + 30_000),
    },
    {
      ...about,
      severity: 'info',
      oldState: 'open',
      newState: 'half_open',
      failureCount: 5,
      failureCycles: 0,
      retryAt: undefined,
    },
    {
      ...about,
      severity: 'high',
      oldState: 'half_open',
      newState: 'open',
      failureCount: 5,
      failureCycles: 1,
      retryAt: wall(openedAt + 90_000),
    },
    expect.objectContaining({ severity: 'info', oldState: 'open', newState: 'half_open', failureCycles: 1 }),
    {
      ...about,
      severity: 'info',
      oldState: 'half_open',
      newState: 'closed',
      failureCount: 0,
      failureCycles: 0,
      retryAt: undefined,
    },
  ])
})

test('a change of status is told with its reason, and as loud as what it means', async () => {
  const server = new Simulation()
  server.answers('auth')
  server.checks(1)
  server.pass(0)
  expect(await told(server)).toEqual([
    {
      type: 'mcp_status_change',
      serverId: 1,
      serverName: 'github',
      version: 3,
      severity: 'warning',
      oldStatus: 'unknown',
      newStatus: 'unhealthy',
      reasonCode: 'auth_required',
      reason: '401 Unauthorized',
    },
  ])
})

test('automatic disabling is told as critical, beside the change of status', async () => {
  const server = new Simulation()
  server.answers('connect')
  server.pass(3_000_000)
  const events = await told(server)
  expect(events.at(-1)).toEqual({
    type: 'mcp_auto_disabled',
    serverId: 1,
    serverName: 'github',
    version: 3,
    severity: 'critical',
    reason: 'Disabled automatically after 10 failed retries in a row',
    failureCycles: 10,
  })
  expect(events.at(-2)).toMatchObject({ newStatus: 'disabled', reasonCode: 'auto_disabled', severity: 'critical' })
})

test('a check is logged with the status it led to, and what it found', async () => {
  const server = new Simulation()
  server.pass(0)
  const clock = await clockAt(server)
  const row = checkRow(memberOf(server), 'manual', { ...ok, capabilities: someCapabilities }, clock)
  expect(row).toEqual({
    serverId: 1,
    at: clock.wall(),
    trigger: 'manual',
    outcome: 'ok',
    status: 'healthy',
    responseTimeMs: 5,
    stages: ok.stages,
    failure: undefined,
    toolCount: 2,
  })
  const failed = checkRow(memberOf(server), 'scheduled', refused, clock)
  expect(failed).toMatchObject({ outcome: 'connect', failure: { code: 'connect_refused' }, toolCount: undefined })
})

test('a check is told live with its badges and when the next one is due', async () => {
  const server = new Simulation()
  server.pass(0)
  server.answers('connect')
  server.checks(1)
  server.pass(0)
  const clock = await clockAt(server)
  const member = memberOf(server)
  const row = checkRow(member, 'scheduled', answer('connect'), clock)
  expect(noticeOf(member, row, clock)).toEqual({
    serverId: 1,
    serverName: 'github',
    version: 3,
    status: 'healthy',
    trigger: 'scheduled',
    outcome: 'connect',
    reasonCode: 'connect_refused',
    responseTimeMs: 20,
    nextCheckAt: clock.wall() + 5_000,
    badges: ['suspect'],
    at: clock.wall(),
  })
  const disabled = { ...member, state: { ...server.state, nextCheck: undefined } }
  expect(noticeOf(disabled, row, clock).nextCheckAt).toBeUndefined()
})
