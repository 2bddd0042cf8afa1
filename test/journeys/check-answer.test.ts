import { afterAll, beforeAll, expect, test } from 'vitest'
import { Problem } from '../../src/api/problem.ts'
import { legacyServer } from '../support/fixture-servers.ts'
import { check, history, read, register, registerHealthy } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { deadPort } from '../support/ports.ts'
import { modernProxy } from '../support/real-servers.ts'

let omni2: Omni2

beforeAll(async () => {
  omni2 = await Omni2.start()
})
afterAll(() => omni2?.stop())

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const passed = (stage: string) => ({ stage, ok: true, ms: expect.any(Number) })
const failed = (stage: string) => ({ stage, ok: false, ms: expect.any(Number) })

/** The answer as it is on the wire: a field too many is a difference too. */
async function post(path: string): Promise<{ status: number; body: unknown }> {
  const response = await omni2.fetch(`/api/v1/mcp/servers/${path}`, { method: 'POST' })
  return { status: response.status, body: await response.json() }
}

test('a check of a healthy server answers field for field what the contract shows', async () => {
  await using upstream = await modernProxy()
  const { id, tool_count } = await registerHealthy(omni2, 'github', { url: upstream.url })
  await omni2.api.disableServer({ params: { id } })
  await omni2.api.enableServer({ params: { id } })
  expect(await post(`${id}/reload`)).toEqual({
    status: 200,
    body: {
      server_id: id,
      server_name: 'github',
      health_status: 'healthy',
      previous_status: expect.stringMatching(/^(unknown|healthy)$/),
      health_result: {
        healthy: true,
        outcome: 'ok',
        stages: [passed('connect'), passed('handshake'), passed('tools_list')],
        response_time_ms: expect.any(Number),
        tool_count,
        era: 'modern',
        protocol_version: '2026-07-28',
        error: null,
      },
      circuit: { state: 'closed', failure_count: 0 },
      last_health_check: TIME,
      next_check_at: TIME,
      timestamp: TIME,
      version: expect.any(Number),
    },
  })
})

test('a check of a dead server succeeds and says what failed, where, and what to do', async () => {
  await using port = await deadPort()
  const { host } = new URL(port.url)
  const { id } = await register(omni2, 'dead', { url: port.url })
  const { status, body } = await post(`${id}/health-check`)
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      server_id: id,
      server_name: 'dead',
      health_status: 'disconnected',
      previous_status: expect.stringMatching(/^(unknown|disconnected)$/),
      health_result: {
        healthy: false,
        outcome: 'connect',
        stages: [failed('connect')],
        response_time_ms: expect.any(Number),
        tool_count: null,
        era: null,
        protocol_version: null,
        error: {
          code: 'connect_refused',
          stage: 'connect',
          message: `Connection refused by ${host}`,
          next_action: 'Start the server, or correct its URL.',
        },
      },
      circuit: { state: 'closed', failure_count: expect.any(Number) },
      last_health_check: TIME,
      next_check_at: TIME,
      timestamp: TIME,
      version: expect.any(Number),
    },
  })
  expect(await read(omni2, id)).toMatchObject({
    health_status: 'disconnected',
    reason_code: 'connect_refused',
    reason: `Connection refused by ${host}`,
    next_action: 'Start the server, or correct its URL.',
  })
})

test('a host that does not resolve fails at the stage dns', async () => {
  const { id } = await register(omni2, 'no-such-host', { url: 'http://no-such-host.invalid/mcp' })
  const { health_result } = await check(omni2, id)
  expect(health_result).toMatchObject({ outcome: 'connect', stages: [failed('dns')], error: { code: 'dns_failed' } })
})

test('the state is stored and the event is out before the answer is', async () => {
  await using upstream = await legacyServer()
  using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'stored-first', { url: upstream.url })
  await upstream.behave({ token: 'from-now-on' })
  const { health_status, previous_status } = await check(omni2, id)
  expect([previous_status, health_status]).toEqual(['healthy', 'unhealthy'])
  const [last] = (await history(omni2)).filter(({ event_type }) => event_type === 'mcp_status_change').slice(-1)
  expect(last?.event_data).toMatchObject({ server_id: id, old_status: 'healthy', new_status: 'unhealthy' })
  const { logs } = await omni2.api.listHealthLogs({ params: { id }, query: { trigger: 'manual' } })
  expect(logs[0]).toMatchObject({ outcome: 'auth', health_status: 'unhealthy' })
  await expect.poll(() => live.statuses('stored-first')).toEqual(['unknown -> healthy', 'healthy -> unhealthy'])
})

test.each(['health-check', 'reload'])('%s: only an unknown id is 404', async (action) => {
  for (const id of ['999999', '0', '-1', 'github', '1e3', '99999999999999999999']) {
    const { status, body } = await post(`${id}/${action}`)
    expect([id, status, Problem.parse(body).code]).toEqual([id, 404, 'not_found'])
  }
})

test('a check never changes the configuration of a server', async () => {
  await using upstream = await legacyServer()
  const { id } = await registerHealthy(omni2, 'as-configured', { url: upstream.url, timeout_seconds: 2 })
  const configured = async () => {
    const { etag, updated_at, url, protocol, enabled, timeout_seconds } = await read(omni2, id)
    return { etag, updated_at, url, protocol, enabled, timeout_seconds }
  }
  const before = await configured()
  const updates = async () => (await history(omni2)).filter(({ event_type }) => event_type === 'mcp_server_updated')
  const updatesBefore = await updates()
  await check(omni2, id)
  await upstream.kill()
  await check(omni2, id)
  await upstream.restart()
  await omni2.api.reloadServer({ params: { id } })
  expect(await configured()).toEqual(before)
  expect(await updates()).toEqual(updatesBefore)
})
