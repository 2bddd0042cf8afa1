import { expect, test } from 'vitest'
import type { DomainEvent } from '../../src/core/events.ts'
import type { Bench } from './store-contract.ts'
import { A, aDeletion, aServer, at, B, checkLogged, everyEvent, olderThan, saved, told } from './store-samples.ts'

export function eventTests(bench: () => Bench): void {
  test('every event comes back as it was told, with a seq that starts at 1', async () => {
    const { store } = bench()
    expect(await store.eventRange()).toEqual({ oldest: 1, newest: 0 })
    const stored = await store.commit(everyEvent.map((event, index) => told(event, index)))
    expect(stored).toEqual(everyEvent.map((event, index) => ({ seq: index + 1, at: at(index), event })))
    expect(await store.events({ sinceSeq: 0, limit: 100 })).toEqual(stored)
    expect(await store.eventRange()).toEqual({ oldest: 1, newest: everyEvent.length })
  })

  test('an event from before versions were told comes back with 0', async () => {
    const { store } = bench()
    const old = { ...aDeletion('old'), version: undefined }
    await store.commit([{ type: 'event', event: old as unknown as DomainEvent, at: at() }])
    expect(await store.events({ sinceSeq: 0, limit: 1 })).toMatchObject([{ event: { ...old, version: 0 } }])
  })

  test('events are found by seq, type, severity and name', async () => {
    const { store } = bench()
    await store.commit([...everyEvent.map((event) => told(event)), told(aDeletion('other'))])
    const seqs = async (query: Partial<Parameters<typeof store.events>[0]>) =>
      (await store.events({ sinceSeq: 0, limit: 100, ...query })).map((event) => event.seq)
    expect(await seqs({ sinceSeq: 8 })).toEqual([9, 10, 11])
    expect(await seqs({ sinceSeq: 2, limit: 3 })).toEqual([3, 4, 5])
    expect(await seqs({ sinceSeq: 2, beforeSeq: 5 })).toEqual([3, 4])
    expect(await seqs({ order: 'newest', limit: 2 })).toEqual([11, 10])
    expect(await seqs({ order: 'newest', beforeSeq: 5, sinceSeq: 2 })).toEqual([4, 3])
    expect(await seqs({ types: ['mcp_server_deleted', 'mcp_common_cause'] })).toEqual([7, 9, 11])
    expect(await seqs({ severities: ['critical'] })).toEqual([4, 9])
    expect(await seqs({ serverNames: ['other'] })).toEqual([11])
    expect(await seqs({ serverNames: ['other'], severities: ['high'] })).toEqual([])
    expect(await seqs({ types: [] })).toEqual([])
  })

  test('commits at the same time, some of them refused, leave no gap in seq and mix no events', async () => {
    const { store } = bench()
    const [id, clash] = [A, B]
    await store.commit([saved(aServer(id, { name: 'taken' }))])
    const commits = Array.from({ length: 60 }, (_, n) => {
      const events = [told(aDeletion(`${n}-a`)), told(aDeletion(`${n}-b`))]
      const refused = saved(aServer(clash, { name: 'taken' }))
      return store.commit(n % 5 === 0 ? [refused, ...events] : [checkLogged(id), ...events])
    })
    const results = await Promise.allSettled(commits)
    const stored = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(stored).toHaveLength(48)
    expect(stored.flat().map((event) => event.seq)).toEqual(Array.from({ length: 96 }, (_, index) => index + 1))
    expect(await store.events({ sinceSeq: 0, limit: 1_000 })).toEqual(stored.flat())
  })

  test('pruning goes in steps, keeps the newest events, and never gives a seq again', async () => {
    const { store } = bench()
    const id = A
    const logs = (ms: number) => olderThan(0, { checks: at(ms), events: at(ms) })
    const many = Array.from({ length: 1_020 }, (_, n) => told(aDeletion(`${n}`), n))
    await store.commit([
      saved(aServer(id)),
      ...Array.from({ length: 25 }, (_, n) => checkLogged(id, { at: at(n) })),
      ...many,
    ])
    expect(await store.prune(logs(0), 10)).toBe(0)
    expect(await store.prune(logs(15), 10)).toBe(20)
    expect(await store.eventRange()).toEqual({ oldest: 11, newest: 1_020 })
    expect(await store.prune(logs(15), 10)).toBe(10)
    expect(await store.prune(logs(15), 10)).toBe(0)
    expect(await store.eventRange()).toEqual({ oldest: 16, newest: 1_020 })
    expect(await store.checks({ serverId: id, limit: 100 })).toHaveLength(10)
    expect(await store.prune(logs(9_999), 100)).toBe(15)
    expect(await store.eventRange()).toEqual({ oldest: 21, newest: 1_020 })
    expect(await store.commit([told(aDeletion('next'))])).toMatchObject([{ seq: 1_021 }])
  })
}
