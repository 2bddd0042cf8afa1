import { expect, test } from 'vitest'
import { timestamp } from '../../src/core/clock.ts'
import type { CallQuery, StoredCall } from '../../src/core/gateway/call-history.ts'
import { tally, trafficOf } from '../../src/core/gateway/call-history.ts'
import type { CallPayload } from '../../src/core/gateway/call-payload.ts'
import { serverId } from '../../src/core/ids.ts'
import { aCall } from './calls.ts'
import type { Bench } from './store-contract.ts'
import { at, olderThan } from './store-samples.ts'

const other = serverId(8)
const CALLS: readonly StoredCall[] = [
  aCall(1),
  aCall(2, { serverId: other, server: 'files', target: undefined, method: 'resources/list', serverVersion: undefined }),
  aCall(3, { outcome: 'refused', durationMs: 0.004, serverVersion: undefined, traceId: 'a'.repeat(32) }),
  aCall(4, { outcome: 'connect', durationMs: 3_000, tokenId: 9, reason: 'Connection refused by 127.0.0.1:9' }),
  aCall(5, { target: 'fetch', bytesOut: 16 * 1024 * 1024, endpoint: '/servers/github/mcp', waitedMs: 3.5 }),
]
const SAID: CallPayload = {
  arguments: { text: '{"q":"ü"}', truncated: false },
  result: { text: '{"content":[', truncated: true },
}

export function callTests(bench: () => Bench): void {
  test('calls come back as they were told, newest first, also those of servers that are not registered', async () => {
    const { store, open } = bench()
    expect(await store.lastCallId()).toBe(0)
    await store.saveCalls(CALLS.slice(0, 2))
    await store.saveCalls(CALLS.slice(2))
    await store.saveCalls([])
    const again = await open()
    expect(await again.calls({ limit: 10 })).toEqual(CALLS.toReversed())
    expect(await again.lastCallId()).toBe(5)
  })

  test('calls are found by what they were, and page by page', async () => {
    const { store } = bench()
    await store.saveCalls(CALLS)
    const ids = async (query: Partial<CallQuery>) => (await store.calls({ limit: 10, ...query })).map(({ id }) => id)
    expect(await ids({ serverIds: [other] })).toEqual([2])
    expect(await ids({ targets: ['search'], outcomes: ['ok', 'connect'] })).toEqual([4, 1])
    expect(await ids({ methods: ['resources/list'] })).toEqual([2])
    expect(await ids({ tokenIds: [9] })).toEqual([4])
    expect(await ids({ since: aCall(2).at, until: aCall(4).at })).toEqual([3, 2])
    // A clock may count finer than a database keeps.
    expect(await ids({ since: timestamp(aCall(4).at + 0.5) })).toEqual([5, 4])
    expect(await ids({ beforeId: 4, limit: 2 })).toEqual([3, 2])
    expect(await ids({ endpoints: ['/servers/github/mcp'] })).toEqual([5])
    expect(await ids({ targets: [] })).toEqual([])
    const sources = await store.callSources({ serverIds: [serverId(7)] })
    expect(sources.toSorted((a, b) => b.calls - a.calls || a.tokenId - b.tokenId)).toEqual([
      { tokenId: 3, endpoint: '/mcp', calls: 2 },
      { tokenId: 3, endpoint: '/servers/github/mcp', calls: 1 },
      { tokenId: 9, endpoint: '/mcp', calls: 1 },
    ])
  })

  test('what was said in a call comes with that call alone, and may go before it', async () => {
    const { store } = bench()
    const said = [1, 2, 3].map((id) => aCall(id, { at: at(id), payload: SAID }))
    await store.saveCalls([...said, aCall(4, { at: at(4), payload: { ...SAID, result: undefined } })])
    expect((await store.calls({ limit: 10 })).map(({ payload }) => payload)).toEqual(Array(4).fill(undefined))
    expect(await store.call(1)).toEqual(said[0])
    expect((await store.call(4))?.payload).toEqual({ ...SAID, result: undefined })
    expect(await store.call(5)).toBeUndefined()
    expect(await store.prune(olderThan(0, { payloads: at(3) }), 1)).toBe(1)
    expect(await store.prune(olderThan(0, { payloads: at(3) }), 10)).toBe(1)
    expect(await store.call(2)).toEqual({ ...said[1], payload: undefined })
    expect(await store.call(3)).toEqual(said[2])
    await store.prune(olderThan(0, { calls: at(4) }), 10)
    expect([await store.call(3), (await store.call(4))?.payload?.arguments]).toEqual([undefined, SAID.arguments])
  })

  test('a thousand calls in one transaction are counted by what they called, how they ended and how fast they were', async () => {
    const { store } = bench()
    const times = Array.from({ length: 1_000 }, (_, n) => n + 1)
    await store.saveCalls(times.map((ms) => aCall(ms, { durationMs: ms })))
    await store.saveCalls([
      aCall(1_001, { server: 'renamed', outcome: 'refused', durationMs: 0 }),
      aCall(1_002, { serverId: other, outcome: 'cancelled', durationMs: 90_000 }),
    ])
    const counts = await store.callCounts({})
    const { latency, ...sums } = trafficOf(counts)
    expect(sums).toEqual({ calls: 1_002, errors: 1, refused: 1, cancelled: 1 })
    expect(latency.count).toBe(1_000)
    expect(latency.p50Ms).toBeGreaterThan(500 * 0.98)
    expect(latency.p50Ms).toBeLessThan(500 * 1.02)
    expect(latency.p99Ms).toBeGreaterThan(990 * 0.98)
    expect(
      tally(counts, ({ serverId: id }) => `${id}`).map(({ serverId: id, traffic }) => [id, traffic.calls]),
    ).toEqual([
      [7, 1_001],
      [8, 1],
    ])
    expect(await store.callCounts({ serverIds: [other], outcomes: ['ok'] })).toEqual([])
  })

  test('calls are removed when they are older than their limit', async () => {
    const { store } = bench()
    await store.saveCalls([1, 2, 3, 4].map((id) => aCall(id, { at: at(id) })))
    const limits = olderThan(0, { calls: at(3) })
    expect(await store.prune(limits, 1)).toBe(1)
    expect(await store.prune(limits, 10)).toBe(1)
    expect((await store.calls({ limit: 10 })).map(({ id }) => id)).toEqual([4, 3])
  })
}
