import { afterAll, beforeAll, test } from 'vitest'
import { legacyServer } from '../support/fixture-servers.ts'
import { check, history, read, register, registerHealthy, until, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { deadPort, silentPort } from '../support/ports.ts'

let omni2: Omni2

beforeAll(async () => {
  omni2 = await Omni2.start()
})
afterAll(() => omni2?.stop())

const SELDOM = { check_interval_seconds: 86_400 }
const inMs = (time: string | null) => Date.parse(time ?? '') - Date.now()

test.concurrent('a change against an old etag is refused with 412 and changes nothing', async ({ expect }) => {
  const { id, etag } = await register(omni2, 'twice-edited', { url: 'http://127.0.0.1:9/mcp', enabled: false })
  const change = (description: string, ifMatch: string) =>
    omni2.api.updateServer({ params: { id }, body: { description }, ifMatch })
  const first = await change('first', etag)
  expect(first).toMatchObject({ description: 'first' })
  expect(first.etag).not.toBe(etag)
  await expect(change('second', etag)).rejects.toMatchObject({ problem: { status: 412, code: 'precondition_failed' } })
  expect(await read(omni2, id)).toMatchObject({ description: 'first', etag: first.etag })
  const both = await Promise.allSettled([change('third', first.etag), change('fourth', first.etag)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await change('fifth', '*')).toMatchObject({ description: 'fifth' })
})

test.concurrent('an etag survives checks and every change of health', async ({ expect }) => {
  await using upstream = await legacyServer()
  const { id, etag } = await registerHealthy(omni2, 'same-etag', { url: upstream.url, ...SELDOM })
  await omni2.api.disableServer({ params: { id } })
  await omni2.api.enableServer({ params: { id } })
  await upstream.kill()
  await check(omni2, id)
  expect((await read(omni2, id)).etag).toBe(etag)
})

test.concurrent('a shorter interval is kept to at once, and what is known stays', async ({ expect }) => {
  await using upstream = await legacyServer()
  const before = await registerHealthy(omni2, 'hurried', { url: upstream.url, ...SELDOM })
  const { id } = before
  expect(inMs(before.next_check_at)).toBeGreaterThan(3_600_000)
  const changed = await omni2.api.updateServer({ params: { id }, body: { check_interval_seconds: 5 } })
  expect(changed).toMatchObject({ health_status: 'healthy', check_interval_seconds: 5, tool_count: 2 })
  expect(inMs(changed.next_check_at)).toBeLessThanOrEqual(5_500)
  await until(
    () => read(omni2, id),
    ({ last_health_check }) => last_health_check !== before.last_health_check,
  )
  const events = (await history(omni2)).filter(
    ({ event_type, event_data }) =>
      event_type === 'mcp_status_change' && 'server_id' in event_data && event_data.server_id === id,
  )
  expect(events).toHaveLength(1)
})

test.concurrent('a shorter timeout holds from the next check on', async ({ expect }) => {
  await using silent = await silentPort()
  const { id } = await register(omni2, 'patient', { url: silent.url, timeout_seconds: 300, ...SELDOM })
  await omni2.api.updateServer({ params: { id }, body: { timeout_seconds: 1 } })
  const { reason_code, reason } = await untilStatus(omni2, id, 'unhealthy')
  expect(reason_code).toBe('timeout')
  expect(reason).toContain('within 1 s')
})

test.concurrent("a server's own breaker settings hold at once, and the fleet's again when they are cleared", async ({
  expect,
}) => {
  await using dead = await deadPort()
  const { id } = await register(omni2, 'own-breaker', { url: dead.url, ...SELDOM })
  await untilStatus(omni2, id, 'disconnected')
  const params = { id }
  const fleet = await omni2.api.getBreakerConfig()
  expect(await omni2.api.getBreaker({ params })).toMatchObject({ config: fleet, override: null })

  const own = { failure_threshold: 100, half_open_max_calls: 7 }
  const changed = await omni2.api.setBreakerOverride({ params, body: own })
  expect(changed).toMatchObject({ server_id: id, config: { ...fleet, ...own }, override: own })
  for (let again = 0; again < 5; again++) {
    expect(await check(omni2, id)).toMatchObject({ circuit: { state: 'closed' } })
  }
  const cleared = await omni2.api.setBreakerOverride({ params, body: null })
  expect(cleared).toMatchObject({ config: fleet, override: null })
  expect(await check(omni2, id)).toMatchObject({ health_status: 'circuit_open', circuit: { state: 'open' } })

  const off = await omni2.api.setBreakerOverride({ params, body: { enabled: false } })
  expect(off).toMatchObject({ state: 'closed', config: { enabled: false } })
  expect((await read(omni2, id)).health_status).toBe('disconnected')
})

// Alone, since what others store at the same moment would hide a check that is forgotten.
test('a server moved to another address is checked there at once, even while the old one hangs', async ({ expect }) => {
  await using silent = await silentPort()
  await using upstream = await legacyServer()
  const { id } = await register(omni2, 'moved', { url: silent.url, timeout_seconds: 300, ...SELDOM })
  await until(
    () => read(omni2, id),
    ({ next_check_at }) => next_check_at === null,
  )
  const moved = await omni2.api.updateServer({ params: { id }, body: { url: upstream.url } })
  expect(moved).toMatchObject({ url: upstream.url, last_health_check: null })
  expect(await untilStatus(omni2, id, 'healthy')).toMatchObject({ tool_count: 2, circuit: { failure_count: 0 } })
})
