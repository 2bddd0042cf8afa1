import { afterAll, beforeAll, test } from 'vitest'
import { type LegacyServer, legacyServer, needsLogin } from '../support/fixture-servers.ts'
import { check, history, read, register, registerHealthy, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

let omni2: Omni2

beforeAll(async () => {
  omni2 = await Omni2.start()
})
afterAll(() => omni2?.stop())

const SELDOM = { check_interval_seconds: 86_400 }
const CLOSED = { state: 'closed', failure_count: 0, failure_cycles: 0, opened_at: null, retry_at: null }

const seen = async (upstream: LegacyServer, rpc: string) =>
  (await upstream.requests()).filter((request) => request.rpc === rpc).length

const eventsOf = async (id: number) =>
  (await history(omni2)).filter(({ event_data }) => 'server_id' in event_data && event_data.server_id === id)

test.concurrent('a server that wants credentials is no outage, and healthy as soon as it gets them', async ({
  expect,
}) => {
  await using upstream = await needsLogin('open-sesame')
  const { id } = await register(omni2, 'locked', { url: upstream.url, ...SELDOM })
  const locked = await untilStatus(omni2, id, 'unhealthy')
  expect(locked).toMatchObject({
    badges: ['auth_required'],
    reason_code: 'auth_required',
    next_action: expect.stringContaining('credentials'),
    auth_configured: false,
    circuit: CLOSED,
  })
  for (let again = 0; again < 6; again++) await check(omni2, id)
  expect(await read(omni2, id)).toMatchObject({ health_status: 'unhealthy', circuit: CLOSED })
  const auth = (token: string) => ({ auth_type: 'bearer' as const, auth_config: { token } })
  await omni2.api.updateServer({ params: { id }, body: auth('wrong') })
  expect(await untilStatus(omni2, id, 'unhealthy')).toMatchObject({ badges: ['auth_required'], circuit: CLOSED })
  await omni2.api.updateServer({ params: { id }, body: auth('open-sesame') })
  expect(await untilStatus(omni2, id, 'healthy')).toMatchObject({ badges: [], auth_configured: true, tool_count: 2 })
  expect((await eventsOf(id)).filter(({ event_type }) => event_type === 'circuit_breaker_state')).toEqual([])
})

test.concurrent.for([
  { status: 429, retryAfter: '120' },
  { status: 503, retryAfter: '120' },
])('$status with Retry-After is no verdict, and is waited for', async (refuse, { expect }) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, `throttled-${refuse.status}`, { url: upstream.url })
  const eventsBefore = await eventsOf(id)
  await upstream.behave({ refuse })
  const answer = await check(omni2, id)
  expect(answer).toMatchObject({
    health_status: 'healthy',
    health_result: { healthy: false, outcome: 'throttled', error: { code: 'throttled' } },
    circuit: { state: 'closed', failure_count: 0 },
  })
  const waits = Date.parse(answer.next_check_at ?? '') - Date.parse(answer.timestamp)
  expect(waits).toBeGreaterThanOrEqual(119_000)
  expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy', badges: [], circuit: CLOSED })
  expect(await eventsOf(id)).toEqual(eventsBefore)
  await upstream.behave({ refuse: null })
  expect(await check(omni2, id)).toMatchObject({ health_result: { outcome: 'ok' } })
})

test.concurrent('503 without Retry-After is a failure', async ({ expect }) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'unavailable', { url: upstream.url, ...SELDOM })
  await upstream.behave({ refuse: { status: 503, retryAfter: null } })
  expect(await check(omni2, id)).toMatchObject({
    health_result: { outcome: 'protocol', error: { code: 'http_status' } },
    circuit: { failure_count: 1 },
  })
  expect(await read(omni2, id)).toMatchObject({ badges: ['suspect'] })
})

test.concurrent('a list that fails is no empty list: the last one is kept, and the server is alive', async ({
  expect,
}) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'no-list', { url: upstream.url, ...SELDOM })
  const before = await omni2.api.getCapabilities({ params: { id } })
  await upstream.behave({ toolsListFails: true })
  const lists = await seen(upstream, 'tools/list')
  expect(await check(omni2, id)).toMatchObject({
    health_status: 'healthy',
    health_result: { healthy: true, outcome: 'app_error', tool_count: 2 },
  })
  expect(await seen(upstream, 'tools/list')).toBe(lists + 1)
  expect(await omni2.api.getCapabilities({ params: { id } })).toEqual(before)
  expect(await read(omni2, id)).toMatchObject({ tool_count: 2, circuit: CLOSED })
  expect((await eventsOf(id)).map(({ event_type }) => event_type)).not.toContain('mcp_capabilities_changed')
})

test.concurrent('a server that only answers POST is healthy', async ({ expect }) => {
  await using upstream = await legacyServer()
  await upstream.behave({ postOnly: true })
  const { id } = await registerHealthy(omni2, 'post-only', { url: upstream.url, ...SELDOM })
  expect(await check(omni2, id)).toMatchObject({ health_status: 'healthy', health_result: { outcome: 'ok' } })
  expect(await seen(upstream, 'initialize')).toBe(1)
})

test.concurrent.for([404, 400] as const)(
  'a session the server forgot (%i) is renewed, once and unnoticed',
  async (status, { expect }) => {
    await using upstream = await legacyServer()
    await upstream.behave({ lostSessionStatus: status })
    const { id } = await registerHealthy(omni2, `forgetful-${status}`, { url: upstream.url, ...SELDOM })
    await check(omni2, id)
    expect(await seen(upstream, 'initialize')).toBe(1)
    await upstream.forgetSessions()
    expect(await check(omni2, id)).toMatchObject({ health_status: 'healthy', health_result: { outcome: 'ok' } })
    expect(await seen(upstream, 'initialize')).toBe(2)
    await upstream.forgetSessions()
    expect(await omni2.api.callTool({ params: { id, tool: 'echo' } })).toMatchObject({ outcome: 'ok' })
    expect(await seen(upstream, 'initialize')).toBe(3)
    expect(await upstream.sessionCount()).toBe(1)
    expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy', badges: [], circuit: CLOSED })
  },
)

test.concurrent('a tool that refuses is an answer: the server is alive, and the breaker does not move', async ({
  expect,
}) => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'refusing', { url: upstream.url, ...SELDOM })
  const call = () => omni2.api.callTool({ params: { id, tool: 'echo' }, body: { arguments: { text: 'hi' } } })
  await upstream.behave({ call: 'rpc_error' })
  for (let again = 0; again < 12; again++) {
    expect(await call()).toMatchObject({ outcome: 'app_error', rpc_error: { code: -32602 }, result: null, error: null })
  }
  await upstream.behave({ call: 'is_error' })
  expect(await call()).toMatchObject({ outcome: 'ok', result: { isError: true }, rpc_error: null })
  expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy', badges: [], circuit: CLOSED })
})
