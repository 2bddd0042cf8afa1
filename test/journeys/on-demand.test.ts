import { afterAll, beforeAll, test } from 'vitest'
import type { LegacyServer } from '../support/fixture-servers.ts'
import { legacyServer } from '../support/fixture-servers.ts'
import { check, history, read, register, registerHealthy, until, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { deadPort } from '../support/ports.ts'

let omni2: Omni2

beforeAll(async () => {
  omni2 = await Omni2.start()
})
afterAll(() => omni2?.stop())

const SELDOM = { check_interval_seconds: 86_400 }
const lists = async (upstream: LegacyServer) =>
  (await upstream.requests()).filter(({ rpc }) => rpc === 'tools/list').length

const circuitEvents = async (id: number) =>
  (await history(omni2)).flatMap(({ event_type, event_data }) =>
    event_type === 'circuit_breaker_state' && 'old_state' in event_data && event_data.server_id === id
      ? [`${event_data.old_state} -> ${event_data.new_state}`]
      : [],
  )

test.concurrent.for([2, 20])('%i callers at the same moment share one check', async (callers, { expect }) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, `shared-by-${callers}`, { url: upstream.url, ...SELDOM })
  await upstream.behave({ delayMs: 200 })
  const before = await lists(upstream)
  const answers = await Promise.all(Array.from({ length: callers }, () => check(omni2, id)))
  const shown = answers.map(({ timestamp, health_result }) => JSON.stringify({ timestamp, health_result }))
  expect([...new Set(shown)]).toHaveLength(1)
  expect((await lists(upstream)) - before).toBe(1)
  const { logs } = await omni2.api.listHealthLogs({ params: { id }, query: { trigger: 'manual' } })
  expect(logs).toHaveLength(1)
})

test.concurrent('the eleventh check a minute of one server is told when to come back, and joined ones do not count', async ({
  expect,
}) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'in-demand', { url: upstream.url, ...SELDOM })
  for (let taken = 0; taken < 10; taken++) await Promise.all([check(omni2, id), check(omni2, id)])
  const refused = await omni2.fetch(`/api/v1/mcp/servers/${id}/health-check`, { method: 'POST' })
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy' })
})

test.concurrent('a reload connects anew and lists again, even while a check runs', async ({ expect }) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'reloaded', { url: upstream.url, ...SELDOM })
  await upstream.behave({ delayMs: 500 })
  const before = await lists(upstream)
  const running = check(omni2, id)
  await until(
    () => read(omni2, id),
    ({ next_check_at }) => next_check_at === null,
  )
  const reloaded = await omni2.api.reloadServer({ params: { id } })
  expect(reloaded.health_result.stages.map(({ stage }) => stage)).toEqual(['connect', 'handshake', 'tools_list'])
  expect((await running).health_result).toMatchObject({ outcome: 'ok' })
  expect((await upstream.requests()).filter(({ rpc }) => rpc === 'initialize')).toHaveLength(2)
  expect((await lists(upstream)) - before).toBe(2)
  const { logs } = await omni2.api.listHealthLogs({ params: { id }, query: { trigger: 'reload' } })
  expect(logs).toMatchObject([{ outcome: 'ok' }])
})

test.concurrent('a check of an open circuit is the canary, and closes it when the server is back', async ({
  expect,
}) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'opened', { url: upstream.url, ...SELDOM })
  await omni2.api.setBreakerOverride({ params: { id }, body: { failure_threshold: 1, timeout_seconds: 3_600 } })
  await upstream.kill()
  expect(await check(omni2, id)).toMatchObject({ health_status: 'circuit_open', circuit: { state: 'open' } })
  expect(await circuitEvents(id)).toEqual(['closed -> open'])

  expect(await check(omni2, id)).toMatchObject({ health_status: 'circuit_open', circuit: { state: 'open' } })
  expect(await circuitEvents(id)).toEqual(['closed -> open', 'open -> half_open', 'half_open -> open'])
  expect((await read(omni2, id)).circuit.failure_cycles).toBe(1)

  await upstream.restart()
  expect(await check(omni2, id)).toMatchObject({
    health_status: 'circuit_open',
    health_result: { healthy: true },
    circuit: { state: 'half_open' },
  })
  expect(await check(omni2, id)).toMatchObject({ health_status: 'healthy', circuit: { state: 'closed' } })
  const { logs } = await omni2.api.listHealthLogs({ params: { id }, query: { trigger: 'manual' } })
  expect(logs.map(({ outcome, health_status }) => `${outcome} ${health_status}`)).toEqual([
    'ok healthy',
    'ok circuit_open',
    'connect circuit_open',
    'connect circuit_open',
  ])
})

test.concurrent('a disabled server is only looked at: nothing moves, and no event tells of it', async ({ expect }) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'resting', { url: upstream.url, ...SELDOM })
  await omni2.api.disableServer({ params: { id } })
  const own = async () =>
    (await history(omni2)).filter(({ event_data }) => 'server_id' in event_data && event_data.server_id === id)
  const before = await own()
  expect(await check(omni2, id)).toMatchObject({
    health_status: 'disabled',
    previous_status: 'disabled',
    health_result: { healthy: true, outcome: 'ok' },
    next_check_at: null,
  })
  await upstream.kill()
  expect(await check(omni2, id)).toMatchObject({ health_status: 'disabled', health_result: { healthy: false } })
  expect(await read(omni2, id)).toMatchObject({
    health_status: 'disabled',
    enabled: false,
    badges: [],
    reason_code: 'user_disabled',
    would_be_healthy: false,
    circuit: { state: 'closed', failure_count: 0 },
  })
  expect(await own()).toEqual(before)
  await expect(omni2.api.callTool({ params: { id, tool: 'echo' } })).rejects.toMatchObject({ problem: { status: 409 } })
})

test.concurrent('enabling a server closes its circuit and forgets its failures', async ({ expect }) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'enabled-again', { url: upstream.url, ...SELDOM })
  await omni2.api.setBreakerOverride({ params: { id }, body: { failure_threshold: 1, timeout_seconds: 3_600 } })
  await upstream.kill()
  expect(await check(omni2, id)).toMatchObject({ health_status: 'circuit_open' })
  await omni2.api.disableServer({ params: { id } })
  expect(await read(omni2, id)).toMatchObject({ health_status: 'disabled', circuit: { state: 'open' } })
  await upstream.restart()
  await omni2.api.enableServer({ params: { id } })
  expect(await untilStatus(omni2, id, 'healthy')).toMatchObject({
    circuit: { state: 'closed', failure_count: 0, failure_cycles: 0, opened_at: null, retry_at: null },
  })
})

test.concurrent('a breaker that is reset closes at once and is checked at once', async ({ expect }) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'reset', { url: upstream.url, ...SELDOM })
  await omni2.api.setBreakerOverride({ params: { id }, body: { failure_threshold: 2, timeout_seconds: 3_600 } })
  await upstream.kill()
  await until(
    () => check(omni2, id),
    ({ health_status }) => health_status === 'circuit_open',
  )
  await upstream.restart()
  const reset = await omni2.api.resetBreaker({ params: { id } })
  expect(reset).toMatchObject({ server_id: id, state: 'closed', failure_count: 0, retry_at: null })
  const checks = async () => (await omni2.api.listHealthLogs({ params: { id }, query: { limit: 1 } })).logs
  const [last] = await until(checks, ([log]) => log?.outcome === 'ok')
  expect(last).toMatchObject({ trigger: 'scheduled', health_status: 'healthy' })
})

test.concurrent('a job checks many servers, pushes how far it is, and can be read to the end', async ({ expect }) => {
  await using upstream = await legacyServer()
  await using slow = await legacyServer()
  await using dead = await deadPort()
  using live = await omni2.live()
  const names = Array.from({ length: 4 }, (_, n) => `many-${n}`)
  const servers = await Promise.all(names.map((name) => register(omni2, name, { url: upstream.url, ...SELDOM })))
  const late = await registerHealthy(omni2, 'many-slow', { url: slow.url, ...SELDOM })
  await slow.behave({ delayMs: 500 })
  const broken = await register(omni2, 'many-broken', { url: dead.url, ...SELDOM })
  const started = await omni2.api.checkServers({ body: { filter: { q: 'many-' } } })
  expect(started).toMatchObject({ total: 6, started_at: expect.any(String) })
  const { job_id } = started
  const pushed = () =>
    live.messages.flatMap((message) => ('job' in message && message.job.job_id === job_id ? [message.job] : []))
  await until(pushed, (jobs) => jobs.at(-1)?.status === 'finished')
  const steps = pushed().map(({ status, done }) => `${status} ${done}`)
  expect(steps.slice(-2)).toEqual(['running 5', 'finished 6'])
  const finished = await omni2.api.getCheckJob({ params: { job_id } })
  expect(finished).toMatchObject({ status: 'finished', total: 6, done: 6, finished_at: expect.any(String) })
  const statuses = Object.fromEntries(
    finished.results.map(({ server_id, health_status }) => [server_id, health_status]),
  )
  expect(statuses).toEqual({
    ...Object.fromEntries([...servers, late].map(({ id }) => [id, 'healthy'])),
    [broken.id]: 'disconnected',
  })
  await expect(omni2.api.getCheckJob({ params: { job_id: 'no-such-job' } })).rejects.toMatchObject({
    problem: { status: 404 },
  })
  await expect(omni2.api.checkServers({ body: { ids: [broken.id, 999_999] } })).rejects.toMatchObject({
    problem: { status: 404 },
  })
})
