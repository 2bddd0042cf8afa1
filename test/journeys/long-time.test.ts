import { expect, test } from 'vitest'
import { legacyServer } from '../support/fixture-servers.ts'
import { breaks, history, read, register } from '../support/journey.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'

test('a server that stays dead is disabled, only looked at, and as good as new once a person enables it', async () => {
  await using upstream = await legacyServer()
  await using omni2 = await Omni2InFakeTime.start()
  await omni2.api.setBreakerConfig({ body: { max_failure_cycles: 3 } })
  const { id } = await register(omni2, 'dead-for-long', { url: upstream.url })
  expect(await omni2.settled(id)).toMatchObject({ health_status: 'healthy' })
  const bornAt = omni2.clock.now()
  await upstream.kill()
  let server = await omni2.nextCheck(id)
  for (let checks = 1; server.health_status !== 'disabled' && checks < 30; checks++) server = await omni2.nextCheck(id)
  expect((omni2.clock.now() - bornAt) / 60_000).toBeGreaterThan(30)
  expect(server).toMatchObject({
    health_status: 'disabled',
    enabled: false,
    badges: [],
    reason_code: 'auto_disabled',
    auto_disabled_at: expect.any(String),
    auto_disabled_reason: `Disabled automatically after ${server.circuit.failure_cycles} failed retries in a row`,
    would_be_healthy: null,
    circuit: { state: 'open', retry_at: null },
  })
  expect(server.circuit.failure_cycles).toBeGreaterThan(3)

  const lookedAt = await omni2.nextCheck(id)
  expect(lookedAt).toMatchObject({ health_status: 'disabled', would_be_healthy: false })
  await upstream.restart()
  expect(await omni2.nextCheck(id)).toMatchObject({ health_status: 'disabled', would_be_healthy: true })
  const { logs } = await omni2.api.listHealthLogs({ params: { id }, query: { status: 'disabled', limit: 2 } })
  const [last, first] = logs.map(({ timestamp }) => Date.parse(timestamp) / 60_000)
  expect((last ?? 0) - (first ?? 0)).toBeGreaterThan(50)

  await omni2.api.enableServer({ params: { id } })
  await omni2.clock.advance(0)
  expect(await omni2.settled(id)).toMatchObject({
    health_status: 'healthy',
    enabled: true,
    auto_disabled_at: null,
    circuit: { state: 'closed', failure_count: 0, failure_cycles: 0 },
  })

  const events = await history(omni2)
  expect(breaks(events)).toEqual([])
  const statuses = events.flatMap((event) =>
    event.event_type === 'mcp_status_change'
      ? [`${event.event_data.old_status} -> ${event.event_data.new_status}`]
      : [],
  )
  expect(statuses).toEqual([
    'unknown -> healthy',
    'healthy -> disconnected',
    'disconnected -> circuit_open',
    'circuit_open -> disabled',
    'disabled -> unknown',
    'unknown -> healthy',
  ])
  expect(events.filter(({ event_type }) => event_type === 'mcp_auto_disabled')).toMatchObject([
    { event_data: { server_id: id, failure_cycles: server.circuit.failure_cycles, severity: 'critical' } },
  ])
  expect((await read(omni2, id)).health_status).toBe('healthy')
})

test('what was healthy before a long pause is unknown after it until it is checked', async () => {
  await using upstream = await legacyServer()
  const before = await Omni2InFakeTime.start()
  const { id } = await register(before, 'long-unseen', { url: upstream.url })
  expect(await before.settled(id)).toMatchObject({ health_status: 'healthy' })
  await before.stop()
  await before.clock.advance(600_000)
  await using after = await Omni2InFakeTime.start(before)
  expect(await read(after, id)).toMatchObject({ health_status: 'unknown', badges: ['stale'], reason_code: 'stale' })
  expect(await after.nextCheck(id)).toMatchObject({ health_status: 'healthy', badges: [] })
  const events = await history(after)
  expect(breaks(events)).toEqual([])
  expect(events.map(({ event_type }) => event_type)).toEqual([
    'mcp_server_created',
    'mcp_status_change',
    'mcp_status_change',
    'mcp_status_change',
  ])
})
