import { expect, test } from 'vitest'
import type { KeptChange } from '../../src/core/history/capability-changes.ts'
import type { ServerId } from '../../src/core/ids.ts'
import type { CapabilityChangeQuery, Change } from '../../src/core/ports.ts'
import type { Bench } from './store-contract.ts'
import { A, aServer, at, B, capabilitiesSaved, olderThan, saved } from './store-samples.ts'

const aChange = (name: string, over: Partial<KeptChange> = {}): KeptChange => ({
  kind: 'tool',
  name,
  change: 'changed',
  before: { name, nested: [1] },
  after: { name, nested: [2] },
  truncated: false,
  ...over,
})

const changed = (serverId: ServerId, ms: number, changes: readonly KeptChange[], omitted = 0): Change => ({
  type: 'capabilities_changed',
  serverId,
  at: at(ms),
  changes,
  omitted,
})

export function capabilityTests(bench: () => Bench): void {
  test('when each tool was first seen and last changed comes back', async () => {
    const { store, open } = bench()
    const later = new Map([['tool search', { firstSeen: at(3), lastChanged: at(7) }]])
    await store.commit([saved(aServer(A)), capabilitiesSaved(A, { since: at(2), later })])
    const [loaded] = await (await open()).loadServers()
    expect(loaded?.capabilities?.dates).toEqual({ since: at(2), later })
  })

  test('changes of capabilities come back as they were, newest first, by kind, name and position', async () => {
    const { store } = bench()
    const [first, second] = [aChange('a'), aChange('b', { change: 'added', before: undefined, kind: 'prompt' })]
    const third = aChange('a', { change: 'removed', before: undefined, after: undefined, truncated: true })
    await store.commit([saved(aServer(A)), saved(aServer(B)), changed(A, 1, [first, second]), changed(B, 2, [first])])
    await store.commit([changed(A, 3, [third], 7)])
    const all = await store.capabilityChanges({ serverId: A, limit: 10 })
    expect(all.map(({ id: _, ...change }) => change)).toEqual([
      { serverId: A, at: at(3), omitted: 7, ...third },
      { serverId: A, at: at(1), omitted: 0, ...second },
      { serverId: A, at: at(1), omitted: 0, ...first },
    ])
    const names = async (query: Partial<CapabilityChangeQuery>) =>
      (await store.capabilityChanges({ serverId: A, limit: 10, ...query })).map(
        ({ name, change }) => `${name} ${change}`,
      )
    expect(await names({ kind: 'prompt' })).toEqual(['b added'])
    expect(await names({ name: 'a' })).toEqual(['a removed', 'a changed'])
    expect(await names({ limit: 1 })).toEqual(['a removed'])
    expect(await names({ beforeId: all[1]?.id ?? 0 })).toEqual(['a changed'])
  })

  test('of one server a mebibyte of changes is kept, the newest', async () => {
    const { store } = bench()
    await store.commit([saved(aServer(A)), saved(aServer(B)), changed(B, 0, [aChange('kept')])])
    for (let n = 0; n < 30; n++) {
      await store.commit([changed(A, n, [aChange(`${n}`, { before: { text: 'x'.repeat(100_000) } })])])
    }
    const left = await store.capabilityChanges({ serverId: A, limit: 100 })
    expect(left.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, n) => `${29 - n}`))
    expect(await store.capabilityChanges({ serverId: B, limit: 100 })).toHaveLength(1)
  })

  test('changes of capabilities go with their server and with time, and what comes late for it is left out', async () => {
    const { store } = bench()
    await store.commit([saved(aServer(A)), saved(aServer(B)), changed(A, 1, [aChange('a')])])
    await store.commit([changed(B, 1, [aChange('old')]), changed(B, 9, [aChange('new')])])
    await store.commit([{ type: 'server_deleted', serverId: A }])
    await store.commit([changed(A, 2, [aChange('late')])])
    expect(await store.capabilityChanges({ serverId: A, limit: 10 })).toEqual([])
    expect(await store.prune(olderThan(0, { events: at(5) }), 10)).toBe(1)
    expect(await store.capabilityChanges({ serverId: B, limit: 10 })).toMatchObject([{ name: 'new' }])
  })
}
