import { expect, test } from 'vitest'
import { FakeClock, rise } from '../../../test/support/fakes.ts'
import { DISABLED, offering } from '../../../test/support/offering.ts'
import type { DomainEvent } from '../events.ts'
import { Feed } from '../feed.ts'
import { collectionId, serverId } from '../ids.ts'
import { Fleet, type Member } from '../watch/fleet.ts'
import { Catalog, type ListChange } from './catalog.ts'

function start(...members: Member[]) {
  const fleet = new Fleet()
  const clock = new FakeClock()
  const changes = new Feed<ListChange>(rise)
  const told: string[] = []
  changes.subscribe(({ kind, servers }) => told.push(`${kind} of ${servers ? [...servers].join() : 'any'}`))
  for (const member of members) fleet.put(member)
  const catalog = new Catalog({ fleet, clock, changes })
  catalog.load()
  /** What is told once these servers were heard of. */
  const after = async (...ids: number[]) => {
    for (const id of ids) catalog.heard(anEvent(id))
    await clock.advance(0)
    return told.splice(0)
  }
  return { fleet, clock, catalog, told, after }
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

test('a collection that changed may change every list', async () => {
  const { catalog, told } = start()
  catalog.heard({
    type: 'collection_changed',
    severity: 'info',
    change: 'updated',
    collectionId: collectionId(1),
    collectionName: 'one',
  })
  expect(told).toEqual(['tools of any', 'prompts of any', 'resources of any'])
})
