import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anHttpConfig, denied, ok, refused, settle } from '../../../test/support/fakes.ts'
import { failure } from '../../../test/support/store-samples.ts'
import { type WatchOptions, watchInFakeTime } from '../../../test/support/watch-in-fake-time.ts'
import type { CheckResult } from '../check.ts'
import { derive } from '../health/status.ts'
import { serverId } from '../ids.ts'

test('a server just created is checked at once, and its creation is announced first', async () => {
  const { create, clock, told, status, upstreams } = watchInFakeTime()
  await create()
  await clock.advance(100)
  expect(upstreams.asked).toHaveLength(1)
  expect(status(1)).toBe('healthy')
  expect(told.map(({ seq, event }) => `${seq} ${event.type}`)).toEqual(['1 mcp_server_created', '2 mcp_status_change'])
})

test('it is checked again about every minute, deep at every tenth check', async () => {
  const { create, clock, upstreams } = watchInFakeTime()
  await create()
  await clock.advance(20 * 60_000)
  expect(upstreams.asked.length).toBeGreaterThanOrEqual(20)
  expect(upstreams.asked.length).toBeLessThanOrEqual(22)
  expect(upstreams.asked.filter(({ deep }) => deep).length).toBeGreaterThanOrEqual(2)
})

test('a dead server goes through every status down to automatic disabling, and is then only looked at', async () => {
  const { create, clock, upstreams, statuses, status, told } = watchInFakeTime()
  await create()
  await clock.advance(1_000)
  upstreams.answer = () => refused
  await clock.advance(50 * 60_000)
  expect(statuses().slice(0, 4)).toEqual([
    'unknown -> healthy',
    'healthy -> disconnected',
    'disconnected -> circuit_open',
    'circuit_open -> disabled',
  ])
  expect(told.some(({ event }) => event.type === 'mcp_auto_disabled')).toBe(true)
  expect(status(1)).toBe('disabled')
  const asked = upstreams.asked.length
  await clock.advance(2.2 * 3_600_000)
  expect(upstreams.asked.length - asked).toBe(2)
  expect(upstreams.dropped).toContain(1)
})

test('a server that recovers is brought back without anyone asking', async () => {
  const { create, clock, upstreams, status } = watchInFakeTime()
  await create()
  upstreams.answer = () => refused
  await clock.advance(5 * 60_000)
  expect(status(1)).toBe('circuit_open')
  upstreams.answer = () => ok
  await clock.advance(7 * 60_000)
  expect(status(1)).toBe('healthy')
})

test('a check that is still being stored takes nobody the place', async () => {
  const { create, clock, upstreams } = watchInFakeTime({ commitMs: 30_000 })
  const created = create(100)
  await clock.advance(31_000)
  await created
  expect(upstreams.asked).toHaveLength(100)
})

test('no more than 250 checks start in any second, though starting them takes long', async () => {
  const { create, clock, upstreams } = watchInFakeTime()
  const created = create(600)
  await clock.advance(10_000)
  await created
  const starts: number[] = []
  upstreams.answer = () => {
    starts.push(clock.now())
    if (starts.length === 1) clock.pass(900)
    return ok
  }
  await clock.stall(120_000)
  await clock.advance(10_000)
  expect(starts).toHaveLength(600)
  const within = starts.map((from) => starts.filter((at) => at >= from && at < from + 1_000).length)
  expect(Math.max(...within)).toBeLessThanOrEqual(250)
})

test('18: any number of callers at the same moment share one check and get equal answers', async () => {
  const manyAsk = async (callers: number) => {
    const { create, clock, upstreams, monitor } = watchInFakeTime()
    const [id = serverId(1)] = await create()
    await clock.advance(5_000)
    const asked = upstreams.asked.length
    const reports = Promise.all(Array.from({ length: callers }, () => monitor.checkNow(id, 'manual', { urgent: true })))
    await clock.advance(2_000)
    expect(upstreams.asked.length).toBe(asked + 1)
    expect(upstreams.asked.at(-1)).toEqual({ id, deep: true })
    expect(new Set(await reports).size).toBe(1)
  }
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 200 }), manyAsk), { numRuns: 20 })
})

test('a caller does not join a shallow check but gets a deep one of its own after it', async () => {
  const { create, clock, upstreams, monitor } = watchInFakeTime()
  const [id = serverId(1)] = await create()
  await clock.advance(5_000)
  let release = (_: CheckResult) => {}
  upstreams.answer = (_server, deep) =>
    deep
      ? ok
      : new Promise((resolve) => {
          release = resolve
        })
  await clock.advance(70_000)
  expect(upstreams.asked.at(-1)).toMatchObject({ deep: false })
  const report = monitor.checkNow(id, 'manual', { urgent: true })
  release(ok)
  await clock.advance(2_000)
  expect((await report).result).toBe(ok)
  expect(upstreams.asked.at(-1)).toMatchObject({ deep: true })
})

test('a reload does not join a check that began before it', async () => {
  const { create, clock, upstreams, monitor } = watchInFakeTime()
  const [id = serverId(1)] = await create()
  let release = (_: CheckResult) => {}
  upstreams.answer = () =>
    new Promise((resolve) => {
      release = resolve
    })
  await clock.advance(5_000)
  expect(upstreams.asked).toMatchObject([{ id, deep: true }])
  const report = monitor.checkNow(id, 'reload', { urgent: true })
  upstreams.answer = () => ok
  release(refused)
  await clock.advance(2_000)
  expect((await report).result).toBe(ok)
})

test('the state is stored and the event is out before the caller has the answer', async () => {
  const { create, clock, upstreams, monitor, told, stored } = watchInFakeTime()
  const [id = serverId(1)] = await create()
  await clock.advance(5_000)
  upstreams.answer = () => denied
  const report = monitor.checkNow(id, 'manual', { urgent: true }).then(({ previousStatus, member }) => ({
    statuses: [previousStatus, derive(member.state)],
    lastEvent: told.at(-1)?.event.type,
    row: stored.findLast((change) => change.type === 'check_logged')?.check,
  }))
  await clock.advance(1_000)
  expect(await report).toMatchObject({
    statuses: ['healthy', 'unhealthy'],
    lastEvent: 'mcp_status_change',
    row: { trigger: 'manual', outcome: 'auth', status: 'unhealthy' },
  })
})

test('a check on demand of an open circuit is the canary', async () => {
  const { create, clock, upstreams, monitor, fleet } = watchInFakeTime()
  const [id = serverId(1)] = await create()
  upstreams.answer = () => refused
  await clock.advance(5 * 60_000)
  upstreams.answer = () => new Promise(() => {})
  monitor.checkNow(id, 'manual', { urgent: true }).catch(() => {})
  await clock.advance(1_500)
  expect(fleet.get(id).state.circuit.kind).toBe('half_open')
  expect(fleet.get(id).state.inFlight).toMatchObject({ trigger: 'manual', observing: false })
})

test('a disabled server is only observed: the check changes nothing', async () => {
  const { create, clock, upstreams, monitor, registry, status, told } = watchInFakeTime()
  const [id = serverId(1)] = await create()
  await clock.advance(5_000)
  await registry.disable(id)
  const asked = upstreams.asked.length
  await clock.advance(600_000)
  expect(upstreams.asked.length).toBe(asked)
  const events = told.length
  const report = monitor.checkNow(id, 'manual', { urgent: true })
  await clock.advance(1_000)
  expect((await report).result.outcome).toBe('ok')
  expect(status(1)).toBe('disabled')
  expect(told.length).toBe(events)
})

test('while our own process stood still no server is blamed', async () => {
  const { create, clock, upstreams, statuses, stored } = watchInFakeTime()
  await create()
  await clock.advance(5_000)
  for (let i = 0; i < 5; i++) {
    upstreams.answer = () => new Promise((resolve) => clock.after(10_000, () => resolve(refused)))
    await clock.advance(61_000)
    await clock.stall(15_000)
    upstreams.answer = () => ok
    await clock.advance(120_000)
  }
  const outcomes = stored.flatMap((change) => (change.type === 'check_logged' ? [change.check.outcome] : []))
  expect(new Set(outcomes)).toEqual(new Set(['ok', 'inconclusive']))
  expect(statuses()).toEqual(['unknown -> healthy'])
})

test('servers that fall together are suspected to be our own fault, once', async () => {
  const { create, clock, upstreams, told } = watchInFakeTime()
  await create(10)
  await clock.advance(10_000)
  upstreams.answer = () => refused
  await clock.advance(4 * 3_600_000)
  const causes = told.flatMap(({ event }) => (event.type === 'mcp_common_cause' ? [event] : []))
  expect(causes[0]).toMatchObject({ active: true })
  expect(causes[0]?.servers.length).toBeGreaterThanOrEqual(5)
  expect(told.filter(({ event }) => event.type === 'mcp_auto_disabled')).toEqual([])
  upstreams.answer = () => ok
  await clock.advance(10 * 60_000)
  expect(told.filter(({ event }) => event.type === 'mcp_common_cause').at(-1)?.event).toMatchObject({ active: false })
})

test('servers that never worked raise no suspicion against us', async () => {
  const { create, clock, upstreams, told } = watchInFakeTime()
  upstreams.answer = () => refused
  await create(10)
  await clock.advance(600_000)
  expect(told.filter(({ event }) => event.type === 'mcp_common_cause')).toEqual([])
})

test('a removed server is forgotten, and who waits for its check hears so', async () => {
  const { create, clock, upstreams, monitor, registry, fleet, errors } = watchInFakeTime()
  const [id = serverId(1)] = await create()
  await clock.advance(5_000)
  upstreams.answer = () =>
    new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(() => resolve(ok)))))
  const report = monitor.checkNow(id, 'manual', { urgent: true })
  const settled = expect(report).rejects.toMatchObject({ code: 'not_found' })
  await registry.remove(id)
  await clock.advance(120_000)
  await settled
  expect(fleet.size).toBe(0)
  expect(errors).toEqual([])
})

test('two servers may not share a name, and nothing of the batch is registered', async () => {
  const { registry, fleet } = watchInFakeTime()
  const config = anHttpConfig({ name: 'twin' })
  await expect(
    registry.createAll([
      { config, enabled: true },
      { config, enabled: true },
    ]),
  ).rejects.toMatchObject({ code: 'conflict' })
  expect(fleet.size).toBe(0)
})

test('a new target makes the health unknown and is checked at once; a new description is not', async () => {
  const { create, clock, registry, status, statuses, upstreams } = watchInFakeTime()
  const [id = serverId(1)] = await create()
  await clock.advance(5_000)
  await registry.update(id, (config) => ({ ...config, description: 'issues and pulls' }))
  expect(status(1)).toBe('healthy')
  upstreams.answer = () => refused
  await registry.update(id, (config) => ({ ...config, target: anHttpConfig().target }))
  await clock.advance(2_000)
  expect(statuses()).toEqual(['unknown -> healthy', 'healthy -> unknown', 'unknown -> disconnected'])
})

test('an update based on an old revision is refused', async () => {
  const { create, registry } = watchInFakeTime()
  const [id = serverId(1)] = await create()
  await registry.update(id, (config) => ({ ...config, description: 'a' }), 1)
  await expect(registry.update(id, (config) => config, 1)).rejects.toMatchObject({ code: 'precondition_failed' })
})

test('a server that is changed while its check hangs is checked at once as it is now', async () => {
  const { clock, registry, status, upstreams } = watchInFakeTime({ commitMs: 5 })
  const created = registry.create({ config: anHttpConfig(), enabled: true })
  upstreams.answer = () => new Promise(() => {})
  await clock.advance(5_000)
  const { server } = await created
  upstreams.answer = () => ok
  const updated = registry.update(server.id, (config) => ({ ...config, timeoutMs: 5_000 }))
  await clock.advance(1_000)
  await updated
  expect(status(1)).toBe('healthy')
})

test('a store slower than the next check is due does not end the watch', async () => {
  const { clock, registry, upstreams } = watchInFakeTime({ commitMs: 90_000 })
  const created = registry.create({ config: anHttpConfig(), enabled: true })
  await clock.advance(100_000)
  await created
  const asked = upstreams.asked.length
  await clock.advance(20 * 60_000)
  expect(upstreams.asked.length - asked).toBeGreaterThanOrEqual(10)
})

test('what is wanted of a server and cannot be stored leaves it as it was', async () => {
  const store: WatchOptions = {}
  const { create, clock, registry, upstreams, fleet, status, stored } = watchInFakeTime(store)
  const [id = serverId(0)] = await create()
  await clock.advance(5_000)
  await registry.disable(id)
  const before = fleet.get(id)
  const asked = upstreams.asked.length
  Object.assign(store, { commitMs: 3_000, fails: true })
  const enabled = expect(registry.enable(id)).rejects.toMatchObject({ code: 'unavailable' })
  const renamed = expect(registry.update(id, (config) => ({ ...config, name: 'other' }))).rejects.toThrow()
  await clock.advance(2_000)
  expect(upstreams.asked.length).toBe(asked)
  await clock.advance(2_000)
  await Promise.all([enabled, renamed])
  expect(fleet.get(id)).toBe(before)
  stored.length = 0
  store.fails = false
  await clock.advance(60_000)
  expect([status(id), upstreams.asked.length, stored]).toEqual(['disabled', asked, []])
})

test('a check that ends while its server is being changed counts after the change', async () => {
  const store: WatchOptions = {}
  const { create, clock, monitor, registry, upstreams, statuses, status } = watchInFakeTime(store)
  const [id = serverId(0)] = await create()
  await clock.advance(5_000)
  const answer = Promise.withResolvers<CheckResult>()
  upstreams.answer = () => answer.promise
  const report = monitor.checkNow(id, 'manual', { urgent: true })
  await clock.advance(1_000)
  store.commitMs = 3_000
  const changed = registry.update(id, (config) => ({ ...config, description: 'new' }))
  await clock.advance(0)
  answer.resolve(denied)
  await clock.advance(2_000)
  expect(status(id)).toBe('healthy')
  await clock.advance(10_000)
  await changed
  expect((await report).result.outcome).toBe('auth')
  expect(statuses()).toEqual(['unknown -> healthy', 'healthy -> unhealthy'])
})

test('who waits for a store that hangs keeps nobody else waiting', async () => {
  const store: WatchOptions = {}
  const { create, clock, registry, journal } = watchInFakeTime(store)
  const [id = serverId(0)] = await create()
  await clock.advance(5_000)
  store.commitMs = 60_000
  const first = registry.disable(id)
  await clock.advance(10_000)
  expect(journal.outage).toBeDefined()
  await expect(registry.enable(id)).rejects.toMatchObject({ code: 'unavailable' })
  await clock.advance(60_000)
  await first
})

test('what is asked and heard of a server while it is being changed waits for the change', async () => {
  const store: WatchOptions = {}
  const { create, clock, monitor, registry, upstreams, statuses, status } = watchInFakeTime(store)
  const [id = serverId(0)] = await create()
  await clock.advance(5_000)
  store.commitMs = 3_000
  const changed = registry.update(id, (config) => ({ ...config, description: 'new' }))
  const report = monitor.checkNow(id, 'manual', { urgent: true })
  monitor.hear({ type: 'process_exited', serverId: id, failure })
  const checked: string[] = []
  upstreams.answer = ({ config }) => {
    checked.push(config.description)
    return ok
  }
  await clock.advance(2_999)
  expect([checked, status(id)]).toEqual([[], 'healthy'])
  await clock.advance(20_000)
  await Promise.all([changed, report])
  expect(checked[0]).toBe('new')
  expect(statuses().slice(0, 2)).toEqual(['unknown -> healthy', 'healthy -> disconnected'])
})

test('two who change a server at once do so one after the other, each on what there then is', async () => {
  const { create, registry, fleet } = watchInFakeTime()
  const [id = serverId(0)] = await create()
  const changes = [
    registry.update(id, (config) => ({ ...config, description: 'first' }), 1),
    registry.update(id, (config) => ({ ...config, name: `${config.description}-name` })),
    registry.update(id, (config) => ({ ...config, description: 'too late' }), 1),
  ]
  const results = await Promise.allSettled(changes)
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(results[2]).toMatchObject({ reason: { code: 'precondition_failed' } })
  expect(fleet.get(id).server).toMatchObject({ revision: 3, config: { description: 'first', name: 'first-name' } })
})

test('stopping abandons checks in flight without a verdict', async () => {
  const { create, clock, upstreams, monitor, statuses } = watchInFakeTime()
  await create()
  await clock.advance(5_000)
  upstreams.answer = () => new Promise(() => {})
  await clock.advance(70_000)
  await monitor.stop()
  await settle()
  expect(statuses()).toEqual(['unknown -> healthy'])
})

test('stopping leaves servers as they are, also those whose calls passed just now', async () => {
  const { create, clock, fleet, monitor } = watchInFakeTime()
  const [id = serverId(0)] = await create()
  await clock.advance(5_000)
  monitor.observeCall(id, 'ok', 'token 1 search')
  await monitor.stop()
  const { version, state } = fleet.get(id)
  await clock.advance(2_000)
  expect(fleet.get(id)).toMatchObject({ version, state })
})

test('servers that fell together and were removed are suspected no longer', async () => {
  const { create, clock, upstreams, registry, told, fleet } = watchInFakeTime()
  const ids = await create(10)
  await clock.advance(10_000)
  upstreams.answer = ({ id }) => (id <= 6 ? refused : ok)
  await clock.advance(120_000)
  const causes = () => told.flatMap(({ event }) => (event.type === 'mcp_common_cause' ? [event.active] : []))
  expect(causes()).toEqual([true])
  for (const id of ids.slice(0, 5)) await registry.remove(id)
  await clock.advance(1_000)
  expect(causes()).toEqual([true, false])
  expect([...fleet.all()].every(({ state }) => !state.commonCause)).toBe(true)
})
