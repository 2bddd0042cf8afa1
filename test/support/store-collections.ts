import { expect, test } from 'vitest'
import { collectionId } from '../../src/core/ids.ts'
import { aCollection, choice } from './collections.ts'
import type { Bench } from './store-contract.ts'
import { A, aServer, B, saved } from './store-samples.ts'

export function collectionTests(bench: () => Bench): void {
  test('a collection comes back as saved, and the later of two changes wins', async () => {
    const { store, open } = bench()
    const tools = new Map([
      ['search', choice({ name: 'find', description: 'Finds' })],
      ['__proto__', choice({ on: false })],
    ])
    const one = aCollection(1, 'one', [{ serverId: A, tools, otherTools: false, prompts: false }, { serverId: B }])
    const two = aCollection(2, 'two', [])
    await store.commit([
      { type: 'collection_saved', collection: two },
      { type: 'collection_saved', collection: one },
    ])
    expect(await store.collections()).toEqual([one, two])
    const changed = { ...aCollection(2, 'other', [{ serverId: B, resources: false }]), revision: 2 }
    await store.commit([{ type: 'collection_saved', collection: changed }])
    expect(await (await open()).collections()).toEqual([one, changed])
  })

  test('a collection outlives its servers, and a deleted one is gone', async () => {
    const { store } = bench()
    const collection = aCollection(1, 'one', [{ serverId: A }])
    await store.commit([saved(aServer(A)), { type: 'collection_saved', collection }])
    await store.commit([{ type: 'server_deleted', serverId: A }])
    expect(await store.collections()).toEqual([collection])
    await store.commit([{ type: 'collection_deleted', collectionId: collection.id }])
    expect(await store.collections()).toEqual([])
  })

  test('ids of collections are never given twice', async () => {
    const { store, open } = bench()
    const other = await open()
    const ids = [await store.reserveCollectionId(), await other.reserveCollectionId()]
    expect(ids).toEqual([collectionId(1), collectionId(2)])
  })

  test('two collections never have the same name', async () => {
    const { store } = bench()
    const twice = [aCollection(1, 'one', []), aCollection(2, 'one', [])]
    const saving = store.commit(twice.map((collection) => ({ type: 'collection_saved', collection })))
    await expect(saving).rejects.toMatchObject({ code: 'conflict' })
    expect(await store.collections()).toEqual([])
  })
}
