import { expect, test } from 'vitest'
import { aCollection } from '../../../test/support/collections.ts'
import { FakeClock } from '../../../test/support/fakes.ts'
import { AppError } from '../errors.ts'
import { collectionId, serverId } from '../ids.ts'
import type { Change } from '../ports.ts'
import type { Collection, CollectionConfig } from './collection.ts'
import { Collections } from './collections.ts'

function start(kept: readonly Collection[] = []) {
  const written: (readonly Change[])[] = []
  const journal: { outage: AppError | undefined; write: (changes: readonly Change[]) => Promise<[]> } = {
    outage: undefined,
    async write(changes) {
      if (journal.outage) throw journal.outage
      written.push(changes)
      return []
    },
  }
  let lastId = kept.length
  const store = { collections: async () => kept, reserveCollectionId: async () => collectionId(++lastId) }
  return { collections: new Collections({ store, journal, clock: new FakeClock() }), journal, written }
}

const named = (name: string): CollectionConfig => ({ name, description: '', servers: [] })
const toldOf = (changes: readonly Change[] | undefined) =>
  changes?.flatMap((change) =>
    change.type === 'event' && change.event.type === 'collection_changed' ? [change.event.change] : [],
  )

test('what was kept is there after a start, in order', async () => {
  const { collections } = start([aCollection(1, 'one', []), aCollection(2, 'two', [])])
  await collections.load()
  expect(collections.all().map(({ config }) => config.name)).toEqual(['one', 'two'])
  expect(collections.byName('two')).toBe(collections.find(collectionId(2)))
})

test('each change is stored with its event, counts the revision, and is seen at once', async () => {
  const { collections, written } = start()
  const { id } = await collections.create(named('one'))
  const revisions = [collections.revision]
  await collections.update(id, (config) => ({ ...config, name: 'other' }))
  revisions.push(collections.revision)
  expect([collections.byName('one'), collections.byName('other')?.revision]).toEqual([undefined, 2])
  await collections.remove(id)
  revisions.push(collections.revision)
  expect(new Set(revisions).size).toBe(3)
  expect([collections.find(id), collections.byName('other'), collections.all()]).toEqual([undefined, undefined, []])
  expect(written.map(toldOf)).toEqual([['created'], ['updated'], ['deleted']])
})

test('of two who want the same name at the same moment one gets it', async () => {
  const { collections } = start()
  const results = await Promise.allSettled([collections.create(named('one')), collections.create(named('one'))])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  const { id } = await collections.create(named('two'))
  await expect(collections.update(id, () => named('one'))).rejects.toMatchObject({ code: 'conflict' })
  expect((await collections.update(id, () => named('two'))).revision).toBe(2)
})

test('a change of what was changed meanwhile is refused', async () => {
  const { collections } = start()
  const { id } = await collections.create(named('one'))
  const change = (config: CollectionConfig) => ({ ...config, description: 'mine' })
  await collections.update(id, change, 1)
  await expect(collections.update(id, change, 1)).rejects.toMatchObject({ code: 'precondition_failed' })
})

test('what could not be stored did not happen', async () => {
  const { collections, journal } = start()
  const { id } = await collections.create(named('one'))
  journal.outage = new AppError('unavailable', 'no database')
  await expect(collections.update(id, () => named('two'))).rejects.toThrow('no database')
  await expect(collections.create(named('three'))).rejects.toThrow('no database')
  await expect(collections.remove(id)).rejects.toThrow('no database')
  expect(collections.all().map(({ config, revision }) => [config.name, revision])).toEqual([['one', 1]])
})

test('a server that is removed is remembered by its last name', async () => {
  const gone = serverId(7)
  const { collections, written } = start([
    aCollection(1, 'one', [{ serverId: gone, serverName: 'before' }]),
    aCollection(2, 'two', [{ serverId: serverId(8) }]),
  ])
  await collections.load()
  await collections.serverDeleted(gone, 'renamed')
  expect(collections.byName('one')?.config.servers.map(({ serverName }) => serverName)).toEqual(['renamed'])
  expect([written.length, collections.byName('one')?.revision]).toEqual([1, 1])
})
