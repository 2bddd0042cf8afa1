import { expect, test } from 'vitest'
import { collectionId } from '../../src/core/ids.ts'
import type { Bench } from './store-contract.ts'
import { A, aToken, at, olderThan } from './store-samples.ts'

export function tokenTests(bench: () => Bench): void {
  test('a token comes back as saved, and another process sees it', async () => {
    const { store, open } = bench()
    const other = await open()
    const limit = { servers: [A], collections: [collectionId(3)] }
    const bare = aToken({ hash: 'hash-2', expiresAt: undefined, role: 'agent', limit })
    const tokens = [await store.saveToken(aToken()), await other.saveToken(bare)]
    expect(tokens).toEqual([
      { id: 1, ...aToken() },
      { id: 2, ...bare },
    ])
    expect(await store.tokens()).toEqual(tokens)
    await store.touchToken(2, at(5))
    expect((await other.tokens())[1]?.lastUsedAt).toBe(at(5))
  })

  test('a session ends with the token it was made from', async () => {
    const { store } = bench()
    const parent = await store.saveToken(aToken())
    await store.saveToken(aToken({ kind: 'session', hash: 'hash-2', parentId: parent.id }))
    expect(await store.deleteToken(parent.id)).toBe(true)
    expect(await store.tokens()).toEqual([])
    expect(await store.deleteToken(parent.id)).toBe(false)
    const orphan = store.saveToken(aToken({ kind: 'session', hash: 'hash-3', parentId: parent.id }))
    await expect(orphan).rejects.toMatchObject({ code: 'conflict' })
  })

  test('pruning takes sessions and codes that ended long ago, and leaves API tokens', async () => {
    const { store } = bench()
    await store.saveToken(aToken({ expiresAt: at(1) }))
    await store.saveToken(aToken({ kind: 'session', hash: 'hash-2', expiresAt: at(1) }))
    await store.saveToken(aToken({ kind: 'sign_in_code', hash: 'hash-3', expiresAt: at(1) }))
    await store.saveToken(aToken({ kind: 'session', hash: 'hash-4', expiresAt: at(3) }))
    expect(await store.prune(olderThan(2), 10)).toBe(2)
    expect((await store.tokens()).map((token) => token.id)).toEqual([1, 4])
  })
}
