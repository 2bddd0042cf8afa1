import { expect, test } from 'vitest'
import type { LatencyBucket } from '../../api/uptime.ts'
import { latencyPoints } from './latency-points.ts'

const minute = (index: number, p50_ms: number | null, checks = 1): LatencyBucket => ({
  ...{ from: new Date(index * 60_000).toISOString(), seconds: 60, checks, failed: p50_ms === null ? checks : 0 },
  ...{ p50_ms, p95_ms: p50_ms, p99_ms: p50_ms, uptime_ratio: 1 },
})
const empty = (index: number) => minute(index, null, 0)
const drawn = (buckets: readonly LatencyBucket[], intervalSeconds = 60) =>
  latencyPoints(buckets, intervalSeconds).map(({ at, p50 }) => [at / 60_000, p50])

test('a minute that no check fell into does not break the line', () => {
  expect(drawn([minute(0, 5), empty(1), empty(2), minute(3, 7)])).toEqual([
    [0, 5],
    [3, 7],
  ])
})

test('a time in which checks are missing breaks it', () => {
  const buckets = [minute(0, 5), empty(1), empty(2), empty(3), empty(4), minute(5, 7)]
  expect(drawn(buckets)).toEqual([
    [0, 5],
    [4, null],
    [5, 7],
  ])
  expect(drawn(buckets, 600)).toHaveLength(2)
})

test('a time in which every check failed breaks it at once', () => {
  expect(drawn([minute(0, 5), minute(1, null), minute(2, 7)])).toContainEqual([1, null])
})
