import { expect, test } from 'vitest'
import { anHttpConfig, FakeClock } from '../../../test/support/fakes.ts'
import type { Capabilities } from '../capabilities.ts'
import { DEFAULT_BREAKER } from '../health/breaker-config.ts'
import { next } from '../health/reducer.ts'
import { initial } from '../health/restore.ts'
import { serverId } from '../ids.ts'
import { Fleet, type Member } from './fleet.ts'

const clock = new FakeClock()

function member(id: number, name = `server-${id}`, description = ''): Member {
  const policy = { intervalMs: 60_000, timeoutMs: 10_000, breaker: DEFAULT_BREAKER }
  const config = anHttpConfig({ name, description })
  const server = { id: serverId(id), revision: 1, config, createdAt: clock.wall(), updatedAt: clock.wall() }
  return {
    server,
    state: initial(policy, 1, clock.now()),
    identity: undefined,
    capabilities: undefined,
    version: 0,
  }
}

const disabled = (one: Member): Member => ({
  ...one,
  state: next(one.state, { type: 'disabled' }, clock.now(), 0).state,
})

function fleetOf(...members: Member[]): Fleet {
  const fleet = new Fleet()
  for (const one of members) fleet.put(one)
  return fleet
}

test('pages go by id, tell whether there is more, and can be filtered', () => {
  const fleet = fleetOf(member(1, 'alpha'), disabled(member(2, 'beta')), member(3, 'gamma', 'the ALPHA of the third'))
  const ids = (...page: Parameters<Fleet['page']>) => fleet.page(...page).members.map(({ server }) => server.id)
  expect(ids({}, 0, 2)).toEqual([1, 2])
  expect([fleet.page({}, 0, 2).more, fleet.page({}, 2, 2).more]).toEqual([true, false])
  expect(ids({ q: 'Alpha' }, 0, 9)).toEqual([1, 3])
  expect(ids({ enabledOnly: true }, 0, 9)).toEqual([1, 3])
  expect(ids({ status: ['disabled'] }, 0, 9)).toEqual([2])
})

test('a search finds what a server says of itself now, in one place', () => {
  const fleet = fleetOf(member(1, 'old', 'for orders'), member(2, 'other', 'of today'))
  const found = (q: string) => fleet.page({ q }, 0, 9).members.map(({ server }) => server.id)
  fleet.put(member(1, 'new', 'for INVOICES'))
  expect([found('orders'), found('old'), found('Invoices'), found('NEW')]).toEqual([[], [], [1], [1]])
  expect([found('new\nfor'), found('er\nof'), found('other of')]).toEqual([[], [], []])
  fleet.remove(serverId(2))
  expect(found('today')).toEqual([])
  fleet.put(member(2, 'back'))
  expect([found('today'), found('back')]).toEqual([[], [2]])
})

test('it knows how many are enabled, whatever happens to them', () => {
  const one = member(1)
  const fleet = fleetOf(one, member(2), disabled(member(3)))
  expect([fleet.size, fleet.enabled]).toEqual([3, 2])
  fleet.put(disabled(one))
  expect(fleet.enabled).toBe(1)
  fleet.put(one)
  fleet.remove(serverId(2))
  fleet.remove(serverId(3))
  expect([fleet.size, fleet.enabled]).toEqual([1, 1])
})

test('a renamed server is found by its new name only', () => {
  const fleet = fleetOf(member(1, 'old'))
  fleet.put(member(1, 'new'))
  expect([fleet.byName('old'), fleet.byName('new')?.server.id]).toEqual([undefined, 1])
  expect(() => fleet.get(serverId(2))).toThrow('No server 2')
})

test('lists that are equal in all they say are held once', () => {
  const offering = (id: number, reason: string): Member => {
    const tools = [{ name: 'add', hash: 'aaaa', definition: { name: 'add' } }]
    const dropped = [{ kind: 'tool', name: 'bad', reason } as const]
    const value: Capabilities = { tools, prompts: [], resources: [], dropped }
    return {
      ...member(id),
      capabilities: { value, seenAt: clock.wall(), dates: { since: clock.wall(), later: new Map() } },
    }
  }
  const fleet = fleetOf(offering(1, 'is deep'), offering(2, 'is deep'), offering(3, 'is long'))
  const [first, second, third] = [1, 2, 3].map((id) => fleet.get(serverId(id)).capabilities?.value)
  expect(second).toBe(first)
  expect(third?.dropped[0]?.reason).toBe('is long')
  const described = { name: 'add', hash: 'aaaa', definition: { name: 'add' } }
  expect(first?.tools[0]?.definition).toEqual(described.definition)
  expect(JSON.parse(JSON.stringify(first?.tools))).toEqual([described])
})

test('each change of any server has a greater version, and the fleet that of the newest', () => {
  const fleet = new Fleet()
  fleet.startAt(1_000)
  const [a, b] = [fleet.put(member(1)), fleet.put(member(2))]
  expect([a.version, b.version, fleet.version]).toEqual([1_001, 1_002, 1_002])
  expect(fleet.put(a).version).toBe(1_003)
  expect(fleet.get(serverId(1)).version).toBe(1_003)
  expect(fleet.get(serverId(2)).version).toBe(1_002)
})
