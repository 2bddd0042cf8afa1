import { expect, test } from 'vitest'
import { acquireLock } from '../../src/store/lock.ts'
import type { Bench } from './store-contract.ts'
import { A, aDeletion, aServer, saved, told } from './store-samples.ts'

const neverLost = () => {
  throw new Error('The lock was lost')
}

export function openingTests(bench: () => Bench): void {
  test('opening again, even several times at once, changes nothing', async () => {
    const { store, open } = bench()
    await store.commit([told(aDeletion('x'))])
    for (const other of await Promise.all([open(), open(), open()])) {
      expect(await other.eventRange()).toEqual({ oldest: 1, newest: 1 })
    }
  })

  test('a wrong key is told in words that say what to do', async () => {
    const { store, open } = bench()
    const id = A
    await store.commit([saved(aServer(id))])
    const stranger = await open(Buffer.alloc(32, 2))
    await expect(stranger.loadServers()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('OMNI2_SECRET_KEY'),
    })
  })

  test('a closed store is unavailable, and closing waits for commits', async () => {
    const { store, open } = bench()
    const commit = store.commit([told(aDeletion('x'))])
    await store.close()
    expect(await commit).toHaveLength(1)
    await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' })
    await expect(store.commit([told(aDeletion('y'))])).rejects.toMatchObject({ code: 'unavailable' })
    expect(await (await open()).eventRange()).toEqual({ oldest: 1, newest: 1 })
  })

  test('only one may hold the lock, and the store opens without it', async () => {
    const { home, open } = bench()
    const lock = await acquireLock({ ...home, onLost: neverLost })
    await expect(acquireLock({ ...home, onLost: neverLost })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(home.dataDir),
    })
    await (await open()).ping()
    await lock.release()
    await (await acquireLock({ ...home, onLost: neverLost })).release()
  })
}
