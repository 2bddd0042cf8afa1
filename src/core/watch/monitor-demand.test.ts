import { expect, test } from 'vitest'
import { watchInFakeTime } from '../../../test/support/watch-in-fake-time.ts'
import { type ServerId, serverId } from '../ids.ts'
import type { Monitor } from './monitor.ts'

const asks = (monitor: Monitor, id: ServerId) =>
  monitor.checkNow(id, 'manual', { urgent: true }).then(
    ({ result }) => result.outcome,
    ({ code }) => code,
  )

async function watchOne() {
  const watch = watchInFakeTime()
  const [id = serverId(0)] = await watch.create()
  await watch.clock.advance(5_000)
  return { ...watch, id, asked: () => watch.upstreams.asked.length }
}

test('checks of one server on demand begin a second apart', async () => {
  const { monitor, clock, id, asked } = await watchOne()
  const before = asked()
  const first = asks(monitor, id)
  await clock.advance(1)
  expect(await first).toBe('ok')
  const second = asks(monitor, id)
  await clock.advance(990)
  expect(asked()).toBe(before + 1)
  await clock.advance(10)
  expect(asked()).toBe(before + 2)
  expect(await second).toBe('ok')
})

test('the eleventh check on demand within a minute is refused, of a server that nobody knows the first', async () => {
  const { monitor, clock, id } = await watchOne()
  for (let n = 0; n < 10; n++) {
    const answer = asks(monitor, id)
    await clock.advance(1_000)
    expect(await answer).toBe('ok')
  }
  expect(await asks(monitor, id)).toBe('rate_limited')
  expect(await asks(monitor, serverId(99))).toBe('not_found')
})

test('a call that failed has its server checked within a second, one that went well has not', async () => {
  const { monitor, clock, id, asked } = await watchOne()
  const before = asked()
  monitor.observeCall(id, 'ok', 'token 1 search')
  await clock.advance(1_000)
  expect(asked()).toBe(before)
  monitor.observeCall(id, 'connect', 'token 1 search')
  await clock.advance(1_000)
  expect(asked()).toBe(before + 1)
})

test('calls that went well are counted with the first that failed after them, and within a second anyway', async () => {
  const { monitor, fleet, clock, id } = await watchOne()
  const seen = () => {
    const { circuit } = fleet.get(id).state
    return circuit.kind === 'closed' ? circuit.window.map(({ calls, failed }) => [calls, failed]) : []
  }
  monitor.observeCall(id, 'ok', 'token 1 search')
  expect(seen()).toEqual([])
  await clock.advance(1_000)
  expect(seen()).toEqual([[1, 0]])
  for (let n = 0; n < 3; n++) monitor.observeCall(id, 'ok', 'token 1 search')
  monitor.observeCall(id, 'connect', 'token 1 search')
  expect(seen()).toEqual([[5, 1]])
  monitor.observeCall(id, 'ok', 'token 1 search')
  await clock.advance(1_000)
  expect(seen()).toEqual([[6, 1]])
})

test('every check that ended is told live, with or without news', async () => {
  const { monitor, clock, checks, id } = await watchOne()
  const told: string[] = []
  checks.subscribe(({ serverId: server, trigger, outcome }) => told.push(`${server} ${trigger} ${outcome}`))
  const answer = asks(monitor, id)
  await clock.advance(1)
  await answer
  await clock.advance(66_000)
  expect(told).toEqual([`${id} manual ok`, `${id} scheduled ok`])
})

test('who waits for a check when all ends is told so, and nothing is checked any more', async () => {
  const { monitor, clock, id, asked } = await watchOne()
  const first = asks(monitor, id)
  await clock.advance(1)
  expect(await first).toBe('ok')
  const before = asked()
  const waiting = asks(monitor, id)
  await monitor.stop()
  expect(await waiting).toBe('unavailable')
  await clock.advance(600_000)
  expect(asked()).toBe(before)
})
