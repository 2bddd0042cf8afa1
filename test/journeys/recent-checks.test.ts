import { expect, test } from 'vitest'
import { registerHealthy, until, untilStatus } from '../support/journey.ts'
import { LiveClient } from '../support/live-client.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'
import { rawServer } from '../support/raw-server.ts'

test('the last checks of a server are told one by one, and after a restart as far as the log knows them', async () => {
  const first = await Omni2InFakeTime.start()
  await using upstream = await rawServer()
  const { id } = await registerHealthy(first, 'watched', { url: upstream.url })
  const live = new LiveClient(`${first.url.replace('http', 'ws')}/ws`, { authorization: `Bearer ${first.adminToken}` })
  await live.opened
  await live.ask({ action: 'subscribe', event_types: ['mcp_health_check'] })
  const recent = async (omni2: Omni2InFakeTime) =>
    (await omni2.api.getServer({ params: { id }, query: { include: 'recent_checks' } })).recent_checks ?? []

  const [born] = await recent(first)
  expect(born).toMatchObject({ count: 1, outcome: 'ok', healthy: true, trigger: 'scheduled' })
  for (let checks = 0; checks < 5; checks++) await first.nextCheck(id)
  upstream.answer = ({ response }) => void response.writeHead(500).end()
  for (let checks = 0; checks < 2; checks++) await first.nextCheck(id)
  const before = await recent(first)
  expect(before.map(({ outcome, count }) => `${count} ${outcome}`)).toEqual([
    ...Array.from({ length: 6 }, () => '1 ok'),
    ...['1 protocol', '1 protocol'],
  ])
  expect((await first.api.listServers({ query: { include: 'recent_checks' } })).servers[0]?.recent_checks).toEqual(
    before,
  )
  expect((await first.api.getServer({ params: { id } })).recent_checks).toBeUndefined()

  const notices = () =>
    live.heard.flatMap((message) =>
      'event_type' in message && message.event_type === 'mcp_health_check' ? [message] : [],
    )
  await until(notices, ({ length }) => length === 7)
  const told = notices().map(({ timestamp, event_data: { outcome, healthy, response_time_ms, trigger } }) => ({
    ...{ timestamp, until: timestamp, count: 1, outcome, healthy, response_time_ms, trigger },
  }))
  expect([born, ...told]).toEqual(before)
  expect(notices().at(-1)?.event_data).toMatchObject({ healthy: false, reason_code: 'http_status' })
  live.socket.terminate()
  await first.stop()

  upstream.answer = ({ honest }) => honest()
  await using again = await Omni2InFakeTime.start(first)
  const kept = await recent(again)
  const { logs } = await again.api.listHealthLogs({ params: { id } })
  expect(kept).toEqual(
    logs.reverse().map(({ timestamp, until, count, outcome, response_time_ms, trigger }) => ({
      ...{ timestamp, until, count, outcome, healthy: outcome === 'ok', trigger },
      response_time_ms: Math.round(response_time_ms * 10) / 10,
    })),
  )
  expect(kept.map(({ outcome, count }) => `${count} ${outcome}`)).toEqual(['1 ok', '5 ok', '1 protocol', '1 protocol'])
  await again.nextCheck(id)
  await untilStatus(again, id, 'healthy')
  expect((await recent(again)).slice(0, kept.length)).toEqual(kept)
  expect((await recent(again)).slice(kept.length)).toMatchObject([{ count: 1, outcome: 'ok', trigger: 'scheduled' }])
})

test('the health log is a file as well, and all servers are told in a few numbers', async () => {
  const omni2 = await Omni2InFakeTime.start()
  await using upstream = await rawServer()
  const { id } = await registerHealthy(omni2, 'watched', { url: upstream.url })
  const { version, timestamp, seq, ...well } = await omni2.api.getFleetSummary()
  const statuses = { healthy: 1, unhealthy: 0, disconnected: 0, circuit_open: 0, disabled: 0, unknown: 0 }
  expect(well).toEqual({ total: 1, statuses, open_incidents: 0, common_cause: null })
  await upstream.close()
  for (let checks = 0; checks < 3; checks++) await omni2.nextCheck(id)
  await untilStatus(omni2, id, 'disconnected')
  const down = { statuses: { ...statuses, healthy: 0, disconnected: 1 }, open_incidents: 1 }
  // The incident is counted once it is stored, a moment after the status is known.
  await expect.poll(() => omni2.api.getFleetSummary(), { timeout: 20_000 }).toMatchObject(down)
  const ill = await omni2.api.getFleetSummary()
  expect([ill.seq > seq, ill.version > version]).toEqual([true, true])

  const { logs } = await omni2.api.listHealthLogs({ params: { id } })
  expect(await omni2.api.exportHealthLogs({ params: { id } })).toEqual(logs)
  const path = `/api/v1/mcp/servers/${id}/health-logs/export?format=csv&status=disconnected`
  const headers = { authorization: `Bearer ${omni2.adminToken}` }
  const file = await fetch(`${omni2.url}${path}`, { headers })
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="watched-health-log.csv"')
  const [, ...rows] = (await file.text()).trimEnd().split('\r\n')
  expect(rows.map((row) => row.split(',')[0])).toEqual(
    logs.filter(({ health_status }) => health_status === 'disconnected').map((log) => String(log.id)),
  )
  expect(rows[0]).toContain('connect_refused')
  expect((await fetch(`${omni2.url}${path}`)).status).toBe(401)
})
