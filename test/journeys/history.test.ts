import { expect, test } from 'vitest'
import { runCli } from '../support/cli-run.ts'
import { legacyServer } from '../support/fixture-servers.ts'
import { check, read, registerHealthy, until, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

test('an outage is told with its cause, its length and what brought it back, also by another process', async () => {
  await using first = await Omni2.start()
  await first.api.setBreakerConfig({ body: { timeout_seconds: 1 } })
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(first, 'phoenix', { url: upstream.url, check_interval_seconds: 5 })
  const params = { id }

  await upstream.kill()
  await until(
    () => check(first, id),
    ({ health_status }) => health_status === 'circuit_open',
  )
  const { incidents: open } = await first.api.listIncidents({ query: { open: true } })
  expect(open).toMatchObject([
    {
      server_id: id,
      server_name: 'phoenix',
      ended_at: null,
      ended_by: null,
      cause: { code: 'connect_refused', stage: 'connect', stages: [{ stage: 'connect', ok: false }] },
      worst_status: 'circuit_open',
    },
  ])
  await upstream.restart()
  await untilStatus(first, id, 'healthy')

  const { incidents } = await first.api.listServerIncidents({ params })
  expect(incidents).toMatchObject([{ id: open[0]?.id, ended_at: expect.any(String), worst_status: 'circuit_open' }])
  expect(['canary', 'scheduled']).toContain(incidents[0]?.ended_by)
  expect(incidents[0]?.circuit_cycles).toBeGreaterThan(0)
  expect((await first.api.listIncidents({ query: { open: true } })).incidents).toEqual([])

  const uptime = await first.api.getUptime({ params, query: { period: '7d' } })
  expect(uptime.heartbeats).toMatchObject({ bucket_seconds: 10_800, uptime_ratios: { length: 56 } })
  expect(uptime.periods.map(({ period }) => period)).toEqual(['24h', '7d', '30d', '90d'])
  for (const { uptime_ratio, ...period } of uptime.periods) {
    expect(uptime_ratio).toBeGreaterThan(0)
    expect(uptime_ratio).toBeLessThan(1)
    expect(period).toMatchObject({ incidents: 1, longest_incident_seconds: incidents[0]?.duration_seconds })
    expect(period.down_seconds).toBeCloseTo(incidents[0]?.duration_seconds ?? 0, 0)
    expect(period.failed_checks).toBeGreaterThan(4)
    expect(period.latency.count).toBeGreaterThan(0)
    expect(period.latency.p50_ms).toBeLessThanOrEqual(period.latency.p99_ms ?? 0)
  }

  const series = await first.api.getLatency({ params, query: { period: '1h' } })
  expect(series).toMatchObject({ server_id: id, period: '1h', bucket_seconds: 60, buckets: { length: 60 } })
  const sum = (key: 'checks' | 'failed') => series.buckets.reduce((total, bucket) => total + bucket[key], 0)
  // It is checked every 5 s meanwhile.
  expect(sum('checks')).toBeGreaterThanOrEqual(uptime.periods[0]?.checks ?? Number.NaN)
  expect(sum('checks')).toBeLessThanOrEqual((await first.api.getUptime({ params })).periods[0]?.checks ?? Number.NaN)
  expect(sum('failed')).toBe(uptime.periods[0]?.failed_checks)
  expect(series.buckets[0]).toMatchObject({ checks: 0, p50_ms: null, p95_ms: null, p99_ms: null, uptime_ratio: null })
  const newest = series.buckets.filter(({ checks }) => checks > 0).at(-1)
  expect(newest?.p50_ms).toBeGreaterThan(0)
  for (const period of ['24h', '7d', '30d', '90d'] as const) {
    const { buckets } = await first.api.getLatency({ params, query: { period } })
    expect(buckets.length).toBeLessThanOrEqual(120)
    expect(buckets.at(-1)).toMatchObject({ failed: expect.any(Number), p50_ms: expect.any(Number) })
    expect(buckets[0]).toMatchObject({ checks: 0, uptime_ratio: null })
  }

  const env = { OMNI2_URL: first.url, OMNI2_TOKEN: first.adminToken }
  expect((await runCli(['incidents'], { env })).out).toMatch(
    /phoenix .*circuit_open +(canary|scheduled)[^\n]*\n {2}Conn/,
  )
  expect((await runCli(['incidents', 'phoenix', '--open'], { env })).err).toContain('Nothing is down.')
  expect((await runCli(['uptime'], { env })).out).toMatch(/phoenix +\d+\.\d{3}%/)
  expect((await runCli(['uptime', 'phoenix', '--period', '7d'], { env })).out).toMatch(/30d +\d+\.\d{3}%/)

  process.kill(Number(first.process.pid), 'SIGKILL')
  await first.process.untilEnd(AbortSignal.timeout(30_000))
  await using again = await Omni2.start({ dataDir: first.dataDir })
  expect((await again.api.listIncidents()).incidents).toEqual(incidents)
  const [day] = (await again.api.getUptime({ params })).periods
  expect(day?.down_seconds).toBe(uptime.periods[0]?.down_seconds)
  expect(day?.failed_checks).toBe(uptime.periods[0]?.failed_checks)
})

test('checks that pass alike are one row of the log, and lists tell uptime only when asked', async () => {
  await using omni2 = await Omni2.start()
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'steady', { url: upstream.url, check_interval_seconds: 5 })
  const params = { id }
  const run = await until(
    async () => (await omni2.api.listHealthLogs({ params })).logs.find(({ count }) => count > 1),
    (row) => row !== undefined,
  )
  expect(run).toMatchObject({ trigger: 'scheduled', outcome: 'ok', health_status: 'healthy' })
  await check(omni2, id)
  const { logs } = await omni2.api.listHealthLogs({ params })
  expect(logs[0]).toMatchObject({ trigger: 'manual', count: 1 })
  const [day] = (await omni2.api.getUptime({ params })).periods
  expect(day?.checks).toBe(logs.reduce((sum, { count }) => sum + count, 0))

  expect(await read(omni2, id)).not.toHaveProperty('uptime')
  const { servers } = await omni2.api.listServers({ query: { include: 'uptime,heartbeats' } })
  expect(servers).toMatchObject([{ id, uptime: { '24h': 1, '90d': 1 }, heartbeats: { bucket_seconds: 1_800 } }])
  expect(servers[0]?.heartbeats?.uptime_ratios.at(-1)).toBe(1)
  expect(servers[0]?.heartbeats?.uptime_ratios[0]).toBeNull()
  expect((await omni2.api.listServerIncidents({ params })).incidents).toEqual([])

  const kept = { retention_days: 30, health_log_days: 7, event_days: null, incident_days: 400, call_days: 7 }
  await omni2.api.updateSettings({ body: { health_log_days: 7, incident_days: 400 } })
  expect(await omni2.api.getSettings()).toMatchObject(kept)
})
