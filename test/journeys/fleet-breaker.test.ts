import { expect, test } from 'vitest'
import { check, history, read, register, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { deadPort } from '../support/ports.ts'

test('the breaker settings of the fleet hold for every server at once', async () => {
  await using dead = await deadPort()
  await using omni2 = await Omni2.start()
  const SELDOM = { check_interval_seconds: 86_400 }
  const { id } = await register(omni2, 'follows', { url: dead.url, ...SELDOM })
  const own = await register(omni2, 'has-its-own', { url: dead.url, ...SELDOM })
  await untilStatus(omni2, id, 'disconnected')
  await untilStatus(omni2, own.id, 'disconnected')
  await omni2.api.setBreakerOverride({ params: { id: own.id }, body: { failure_threshold: 50 } })
  const config = { failure_threshold: 2, timeout_seconds: 3_000, max_failure_cycles: 3 }
  const changed = await omni2.api.setBreakerConfig({ body: config })
  expect(changed).toEqual({ enabled: true, half_open_max_calls: 2, auto_disable_enabled: true, ...config })

  const opened = await check(omni2, id)
  expect(opened).toMatchObject({ health_status: 'circuit_open', circuit: { state: 'open' } })
  expect(await check(omni2, own.id)).toMatchObject({ health_status: 'disconnected', circuit: { state: 'closed' } })
  const { opened_at, retry_at } = (await read(omni2, id)).circuit
  expect(Date.parse(retry_at ?? '') - Date.parse(opened_at ?? '')).toBeGreaterThanOrEqual(2_999_000)

  await omni2.api.setBreakerConfig({ body: { enabled: false } })
  expect(await read(omni2, id)).toMatchObject({ health_status: 'disconnected', circuit: { state: 'closed' } })
  const circuits = (await history(omni2)).filter(({ event_type }) => event_type === 'circuit_breaker_state')
  expect(circuits.at(-1)?.event_data).toMatchObject({ server_id: id, old_state: 'open', new_state: 'closed' })

  await expect(omni2.api.setBreakerConfig({ body: { failure_threshold: 0 } })).rejects.toMatchObject({
    problem: { status: 422 },
  })
  expect(await omni2.api.getBreakerConfig()).toEqual({ ...changed, enabled: false })
})
