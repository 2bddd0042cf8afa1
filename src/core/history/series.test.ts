import { expect, test } from 'vitest'
import { A } from '../../../test/support/store-samples.ts'
import { timestamp } from '../clock.ts'
import { NO_OUTCOMES, ROLL_UP_MS, type RollUp } from './roll-up.ts'
import { SERIES_LENGTHS, SERIES_PERIODS, series, seriesStart } from './series.ts'
import { sketchOf } from './sketch.ts'

const { minute: MINUTE, hour: HOUR } = ROLL_UP_MS
const now = timestamp(Date.UTC(2026, 10, 22, 12, 0, 30))
const minutesAgo = (minutes: number) => timestamp(now - minutes * MINUTE)

const aMinute = (minutes: number, ...times: readonly number[]): RollUp => ({
  serverId: A,
  size: 'minute',
  from: timestamp(Math.floor(minutesAgo(minutes) / MINUTE) * MINUTE),
  counts: { ...NO_OUTCOMES, ok: times.length, connect: 1 },
  upMs: 0,
  downMs: 0,
  latency: sketchOf(...times),
})

test.each(SERIES_PERIODS)(
  'the parts of %s begin at multiples of their length, follow each other and end now',
  (period) => {
    const { ms, bucketMs } = SERIES_LENGTHS[period]
    for (const moment of [now, timestamp(Math.ceil(now / bucketMs) * bucketMs)]) {
      const parts = series(period, moment, [], [])
      expect(parts.length).toBeLessThanOrEqual(120)
      expect(parts.length).toBe(ms / bucketMs)
      expect(parts[0]?.from).toBe(seriesStart(period, moment))
      for (const [index, part] of parts.entries()) {
        expect(part.from % bucketMs).toBe(0)
        expect(part.from + part.ms).toBe(parts[index + 1]?.from ?? moment)
      }
    }
  },
)

test('checks count in the part they were in, and a part without any says nothing', () => {
  const parts = series('1h', now, [], [aMinute(59, 5, 5, 9, 9), aMinute(1, 20), aMinute(0)])
  expect(parts.filter(({ checks }) => checks > 0).map(({ checks, failedChecks }) => [checks, failedChecks])).toEqual([
    [5, 1],
    [2, 1],
    [1, 1],
  ])
  expect(parts[0]?.latency).toMatchObject({ count: 4, p50Ms: expect.closeTo(5, 0), p95Ms: expect.closeTo(9, 0) })
  expect(parts.at(-1)?.latency).toEqual({ count: 0, p50Ms: undefined, p95Ms: undefined, p99Ms: undefined })
  expect(parts[30]).toMatchObject({ checks: 0, failedChecks: 0, latency: { count: 0 }, uptimeRatio: undefined })
})

test('the roll-ups of a longer part are merged, and its ratio is of the time that is known', () => {
  const spans = [
    { kind: 'up', from: minutesAgo(45), until: minutesAgo(30) },
    { kind: 'down', from: minutesAgo(30), until: minutesAgo(22.5) },
  ] as const
  const [before, during, after, last] = series('24h', now, spans, [aMinute(31, 4), aMinute(40, 8)]).slice(-4)
  expect(before).toMatchObject({ checks: 4, failedChecks: 2, ms: 15 * MINUTE, uptimeRatio: 1, latency: { count: 2 } })
  expect(during).toMatchObject({ checks: 0, uptimeRatio: 0.5 / 8 })
  expect(after).toMatchObject({ checks: 0, uptimeRatio: undefined })
  expect(last).toMatchObject({ ms: 30_000, uptimeRatio: undefined })
  expect(series('90d', now, spans, []).at(-1)).toMatchObject({ ms: 12 * HOUR + 30_000 })
})
