import { expect, test } from 'vitest'
import { FakeClock, rise } from '../../../test/support/fakes.ts'
import { DISABLED, offering } from '../../../test/support/offering.ts'
import { watched } from '../../../test/support/watched.ts'
import type { DomainEvent } from '../events.ts'
import { Feed } from '../feed.ts'
import { collectionId, serverId } from '../ids.ts'
import { Fleet, type Member } from '../watch/fleet.ts'
import { Catalog, type ListChange } from './catalog.ts'
import { DEFAULT_GATEWAY, type GatewaySettings } from './gateway-settings.ts'

function start(...members: Member[]) {
  const fleet = new Fleet()
  const clock = new FakeClock()
  const changes = new Feed<ListChange>(rise)
  const told: string[] = []
  changes.subscribe((change) => {
    const of = change.cause === 'servers' ? [...change.servers.keys()].join() : change.cause
    told.push(`${change.kind} of ${of}`)
  })
  for (const member of members) fleet.put(member)
  const settings: { -readonly [K in keyof GatewaySettings]: GatewaySettings[K] } = { ...DEFAULT_GATEWAY }
  const catalog = new Catalog({ fleet, clock, changes, settings: () => settings })
  catalog.load()
  /** What is told once these servers were heard of. */
  const after = async (...ids: number[]) => {
    for (const id of ids) catalog.heard(anEvent(id))
    await clock.advance(0)
    return told.splice(0)
  }
  return { fleet, clock, catalog, settings, told, after }
}

const anEvent = (id: number): DomainEvent => ({
  type: 'mcp_server_deleted',
  serverId: serverId(id),
  serverName: '',
  version: 0,
  severity: 'info',
})

test('a list that changed is told, and no other', async () => {
  const { fleet, after } = start(offering(1, { name: 'github', tools: ['a'], prompts: ['p'], resources: ['r'] }))
  expect(await after(1)).toEqual([])
  fleet.put(offering(1, { name: 'github', tools: ['a'], prompts: ['p:2'], resources: ['r'] }))
  expect(await after(1)).toEqual(['prompts of github'])
  fleet.put(offering(1, { name: 'github', tools: ['a', 'b'], prompts: ['p:2'] }))
  expect(await after(1)).toEqual(['tools of github', 'resources of github'])
})

test('templates are told of with resources', async () => {
  const { fleet, after } = start(offering(1, { resources: ['r'] }))
  fleet.put(offering(1, { resources: ['r'], templates: ['t'] }))
  expect(await after(1)).toEqual(['resources of server-1'])
})

test('what changes at once is told once', async () => {
  const { fleet, after } = start(offering(1), offering(2))
  fleet.put(offering(1, { tools: ['a'] }))
  fleet.put(offering(2, { tools: ['a'] }))
  expect(await after(1, 2, 1)).toEqual(['tools of server-1,server-2'])
})

test('a server that is renamed, switched off or on, gone or new changes what it lists', async () => {
  const { fleet, after } = start(offering(1, { name: 'old', tools: ['a'] }))
  fleet.put(offering(1, { name: 'new', tools: ['a'] }))
  expect(await after(1)).toEqual(['tools of old,new'])
  fleet.put(offering(1, { name: 'new', tools: ['a'], state: DISABLED }))
  expect(await after(1)).toEqual(['tools of new'])
  fleet.put(offering(1, { name: 'new', tools: ['a'] }))
  expect(await after(1)).toEqual(['tools of new'])
  fleet.remove(serverId(1))
  expect(await after(1)).toEqual(['tools of new'])
  fleet.put(offering(2, { prompts: ['p'] }))
  expect(await after(2)).toEqual(['prompts of server-2'])
})

test('a collection that changed may change each kind of list', async () => {
  const { catalog, told } = start()
  catalog.heard({
    type: 'collection_changed',
    severity: 'info',
    change: 'updated',
    collectionId: collectionId(1),
    collectionName: 'one',
  })
  expect(told).toEqual(['tools of collection', 'prompts of collection', 'resources of collection'])
})

const tools = ['a']
const down = watched('connect').state
const up = watched('ok').state

/** One server that is up, and another of which this is so. */
function startHiding() {
  const world = start(offering(1, { tools, state: up }), offering(2, { tools, state: up }))
  world.settings.hidesDown = true
  world.catalog.settingsChanged()
  const isListed = (id: number) => !world.catalog.isHidden(serverId(id))
  const becomes = async (id: number, state: Member['state']) => {
    world.fleet.put(offering(id, { tools, state }))
    return world.after(id)
  }
  return { ...world, isListed, becomes }
}

test('a server that is down stays listed, unless the settings say otherwise', async () => {
  const { fleet, after, settings, catalog, told } = start(offering(1, { tools, state: up }))
  fleet.put(offering(1, { tools, state: down }))
  expect(await after(1)).toEqual([])
  expect(catalog.isHidden(serverId(1))).toBe(false)
  settings.hidesDown = true
  catalog.settingsChanged()
  expect(catalog.isHidden(serverId(1))).toBe(true)
  settings.hidesDown = false
  catalog.settingsChanged()
  expect(catalog.isHidden(serverId(1))).toBe(false)
  expect(told).toEqual(['tools of server-1', 'tools of server-1'])
})

test('health changes lists once a minute at most, and then as it is by then', async () => {
  const { becomes, isListed, clock, told } = startHiding()
  expect(await becomes(1, down)).toEqual(['tools of server-1'])
  await clock.advance(10_000)
  expect(await becomes(1, up)).toEqual([])
  expect(await becomes(2, down)).toEqual([])
  expect([isListed(1), isListed(2)]).toEqual([false, true])
  await clock.advance(49_999)
  expect(told).toEqual([])
  await clock.advance(1)
  expect(told.splice(0)).toEqual(['tools of server-1,server-2'])
  expect([isListed(1), isListed(2)]).toEqual([true, false])
  await clock.advance(30_000)
  await becomes(2, up)
  await clock.advance(10_000)
  await becomes(2, down)
  await clock.advance(20_000)
  expect(told).toEqual([])
  expect(clock.waiting).toBe(0)
})

test('what a server really changes is told at once, whatever health did before', async () => {
  const { becomes, fleet, after } = startHiding()
  expect(await becomes(1, down)).toEqual(['tools of server-1'])
  fleet.put(offering(2, { tools: ['a', 'b'], state: up }))
  expect(await after(2)).toEqual(['tools of server-2'])
})

test('another limit of names changes tools and prompts', () => {
  const { settings, catalog, told } = start(offering(1, { tools }))
  catalog.settingsChanged()
  expect(told).toEqual([])
  settings.nameLimit = 128
  catalog.settingsChanged()
  expect(told).toEqual(['tools of name_limit', 'prompts of name_limit'])
})

test('once it is closed nothing is looked at any more', async () => {
  const { clock, catalog, fleet, told, after } = start(offering(1))
  fleet.put(offering(1, { tools }))
  catalog.heard(anEvent(1))
  catalog.settingsChanged()
  catalog.heard(anEvent(1))
  expect(told.splice(0)).toEqual(['tools of server-1'])
  fleet.put(offering(1))
  catalog.close()
  expect(clock.waiting).toBe(0)
  expect(await after(1)).toEqual([])
})
