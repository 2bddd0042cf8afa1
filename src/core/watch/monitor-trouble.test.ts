import { expect, test } from 'vitest'
import { ok, refused } from '../../../test/support/fakes.ts'
import { failure } from '../../../test/support/store-samples.ts'
import { watchInFakeTime } from '../../../test/support/watch-in-fake-time.ts'
import type { CheckResult } from '../check.ts'
import { AppError } from '../errors.ts'
import { type ServerId, serverId } from '../ids.ts'
import { CAPS } from './admission.ts'

const MINUTE_MS = 60_000

async function watchOne(options: Parameters<typeof watchInFakeTime>[0] = {}) {
  const watch = watchInFakeTime(options)
  const [id = serverId(0)] = await watch.create()
  await watch.clock.advance(5_000)
  const { monitor, upstreams, clock, stored } = watch
  const check = (trigger: 'manual' | 'reload' = 'manual') => monitor.checkNow(id, trigger, { urgent: true })
  /** From here on a check is answered with what `release` is given. */
  const hold = () => {
    const held = Promise.withResolvers<CheckResult>()
    upstreams.answer = () => held.promise
    return held.resolve
  }
  const untilAsked = async () => {
    const before = upstreams.asked.length
    while (upstreams.asked.length === before) await clock.advance(50)
  }
  const logged = () => stored.filter(({ type }) => type === 'check_logged').length
  return { ...watch, id, check, hold, untilAsked, logged }
}

test('who asks while a deep check runs gets its answer, and a reload one of its own', async () => {
  const { check, hold, clock, upstreams } = await watchOne()
  const before = upstreams.asked.length
  const release = hold()
  const first = check()
  await clock.advance(1_500)
  const [second, reload] = [check(), check('reload')]
  upstreams.answer = () => ok
  release(refused)
  await clock.advance(2_000)
  expect(await second).toBe(await first)
  expect((await reload).result).toBe(ok)
  expect(upstreams.asked.length).toBe(before + 2)
})

test('a check says whether a person asked for it', async () => {
  const { check, clock, upstreams, untilAsked } = await watchOne()
  expect(upstreams.lastOnDemand).toBe(false)
  for (const trigger of ['manual', 'reload'] as const) {
    const asked = check(trigger)
    await clock.advance(1_000)
    await asked
    expect(upstreams.lastOnDemand).toBe(true)
    await untilAsked()
    expect(upstreams.lastOnDemand).toBe(false)
  }
})

test('what an upstream tells during a check does not end that check', async () => {
  const { check, hold, clock, monitor, id } = await watchOne()
  const release = hold()
  const asked = check()
  await clock.advance(1_500)
  monitor.hear({ type: 'list_changed', serverId: id })
  monitor.observeCall(id, 'connect', 'token 1 search')
  await clock.advance(500)
  release(ok)
  await clock.advance(1)
  expect((await asked).result).toBe(ok)
})

test('a process that ended is down at once, and lists that changed are looked at within seconds', async () => {
  const { monitor, clock, upstreams, id, status, fleet } = await watchOne()
  const before = upstreams.asked.length
  monitor.hear({ type: 'list_changed', serverId: id })
  await clock.advance(5_000)
  expect(upstreams.asked.slice(before)).toEqual([{ id, deep: true }])
  monitor.hear({ type: 'process_exited', serverId: id, failure: { ...failure, message: 'it fell' } })
  expect(status(id)).toBe('disconnected')
  expect(fleet.get(id).state.health).toMatchObject({ failure: { message: 'it fell' } })
})

test('a server that nothing conclusive is heard of is unknown after three intervals, between two checks', async () => {
  const { clock, upstreams, status, id } = await watchOne()
  const silent: CheckResult = { ...refused, outcome: 'inconclusive', failure }
  upstreams.answer = () => silent
  await clock.advance(3 * MINUTE_MS)
  expect(status(id)).toBe('healthy')
  await clock.advance(10_500)
  expect(status(id)).toBe('unknown')
})

test('a check that our own code fails is told, and says nothing of the server', async () => {
  const { check, clock, upstreams, errors, status, id } = await watchOne()
  upstreams.answer = () => {
    throw new TypeError('a bug')
  }
  const asked = check()
  await clock.advance(1_000)
  expect((await asked).result).toMatchObject({ outcome: 'inconclusive', responseTimeMs: 0 })
  expect(errors).toEqual([new TypeError('a bug')])
  expect(status(id)).toBe('healthy')
})

test('only what is disabled is disconnected after a look; a bug in that is told, what is expected is not', async () => {
  const { check, clock, registry, upstreams, errors, id } = await watchOne()
  await clock.advance(10 * MINUTE_MS)
  expect(upstreams.dropped).toEqual([])
  await registry.disable(id)
  for (const error of [new AppError('not_found', 'gone already'), new TypeError('a bug')]) {
    upstreams.drop = async (dropped: ServerId) => {
      upstreams.dropped.push(dropped)
      throw error
    }
    const asked = check()
    await clock.advance(1_000)
    await asked
  }
  expect(upstreams.dropped.length).toBeGreaterThanOrEqual(2)
  expect(errors).toEqual([new TypeError('a bug')])
})

test('a check that passed waits a moment for others to be stored with, one that failed does not', async () => {
  const { untilAsked, logged, clock, upstreams } = await watchOne()
  const before = logged()
  await untilAsked()
  expect(logged()).toBe(before)
  await clock.advance(200)
  expect(logged()).toBe(before + 1)
  upstreams.answer = () => refused
  await untilAsked()
  expect(logged()).toBe(before + 2)
})

test('what waits for company is stored at the end, and an end without any server is one', async () => {
  const { untilAsked, logged, monitor, journal } = await watchOne()
  const before = logged()
  await untilAsked()
  await monitor.stop()
  await journal.close()
  expect(logged()).toBe(before + 1)
  await watchInFakeTime().monitor.stop()
})

test('a check under way when all ends leaves no trace', async () => {
  const { untilAsked, hold, logged, monitor, journal, clock } = await watchOne()
  await clock.advance(1_000)
  const before = logged()
  hold()
  await untilAsked()
  await monitor.stop()
  await journal.close()
  expect(logged()).toBe(before)
})

test('that a circuit lets a check through is told before anybody knows how it went', async () => {
  const { clock, upstreams, told, hold, untilAsked } = await watchOne()
  const circuit = () => told.flatMap(({ event }) => (event.type === 'circuit_breaker_state' ? [event.newState] : []))
  upstreams.answer = () => refused
  while (circuit().at(-1) !== 'open') await clock.advance(1_000)
  hold()
  await untilAsked()
  await clock.advance(0)
  expect(circuit()).toEqual(['open', 'half_open'])
})

test('an incident begins with the stages of the check that told of it', async () => {
  const { clock, upstreams, stored } = await watchOne()
  upstreams.answer = () => refused
  await clock.advance(2 * MINUTE_MS)
  const opened = stored.flatMap((change) => (change.type === 'incident_opened' ? [change.incident.cause] : []))
  expect(opened).toMatchObject([{ code: 'connect_refused', stages: refused.stages }])
})

test('who waits for the next check of a server that is removed meanwhile hears so, and it is not made', async () => {
  const { check, clock, registry, upstreams, id } = await watchOne()
  const first = check()
  await clock.advance(1)
  await first
  const asked = upstreams.asked.length
  const told = expect(check()).rejects.toThrow(`No server ${id}`)
  await registry.remove(id)
  await clock.advance(2_000)
  await told
  expect(upstreams.asked.length).toBe(asked)
})

test('a server that is removed while a change of it is stored stays so, and gives back the place of its check', async () => {
  const store: Parameters<typeof watchInFakeTime>[0] = {}
  const { create, clock, monitor, registry, fleet, upstreams } = watchInFakeTime(store)
  const [last = serverId(0), ...ids] = await create(1 + CAPS.perOrigin)
  await clock.advance(5_000)
  store.commitMs = 2_000
  const removed = ids.map((id) => registry.remove(id))
  const changed = ids.map((id) => registry.update(id, (config) => ({ ...config, description: 'new' })))
  const asked = ids.map((id) => monitor.checkNow(id, 'manual', { urgent: true }))
  const ended = Promise.allSettled([...changed, ...asked])
  await clock.advance(10_000)
  await Promise.all(removed)
  expect(new Set((await ended).map(({ status }) => status))).toEqual(new Set(['rejected']))
  expect([...fleet.all()].map(({ server }) => server.id)).toEqual([last])
  const before = upstreams.asked.length
  void monitor.checkNow(last, 'manual', { urgent: true })
  await clock.advance(1_000)
  expect(upstreams.asked.slice(before)).toEqual([{ id: last, deep: true }])
})

test('who asked for a check that waits for a place is answered though it becomes due meanwhile', async () => {
  const { create, clock, monitor, upstreams } = watchInFakeTime()
  const [waiting = serverId(0), ...ids] = await create(1 + CAPS.perOrigin)
  await clock.advance(55_000)
  const held = Promise.withResolvers<CheckResult>()
  upstreams.answer = () => held.promise
  for (const id of ids) void monitor.checkNow(id, 'manual', { urgent: true })
  const answers: CheckResult[] = []
  void monitor.checkNow(waiting, 'manual', { urgent: true }).then(({ result }) => answers.push(result))
  await clock.advance(8_000)
  expect(answers).toEqual([])
  held.resolve(ok)
  await clock.advance(1_000)
  expect(answers).toEqual([ok])
})
