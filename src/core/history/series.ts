import { type Timestamp, timestamp } from '../clock.ts'
import { failedOf, mergeChecks, ROLL_UP_MS, type RollUp, totalOf } from './roll-up.ts'
import { type Latency, latencyOf } from './sketch.ts'
import { type Span, tally, uptimeRatio } from './span.ts'

const { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } = ROLL_UP_MS

export const SERIES_PERIODS = ['1h', '24h', '7d', '30d', '90d'] as const
export type SeriesPeriod = (typeof SERIES_PERIODS)[number]

/** How long each is, and in how long parts it is told: at most 120, for drawing. */
export const SERIES_LENGTHS = {
  '1h': { ms: HOUR_MS, bucketMs: MINUTE_MS },
  '24h': { ms: DAY_MS, bucketMs: 15 * MINUTE_MS },
  '7d': { ms: 7 * DAY_MS, bucketMs: 2 * HOUR_MS },
  '30d': { ms: 30 * DAY_MS, bucketMs: 6 * HOUR_MS },
  '90d': { ms: 90 * DAY_MS, bucketMs: DAY_MS },
} as const satisfies Record<SeriesPeriod, { ms: number; bucketMs: number }>

/** Nothing is made up: without checks there is no latency, and without anything known no ratio. */
export type SeriesBucket = {
  readonly from: Timestamp
  /** Shorter for the last one, which ends now. */
  readonly ms: number
  readonly checks: number
  readonly failedChecks: number
  readonly latency: Latency
  readonly uptimeRatio: number | undefined
}

/** The first moment of the series: parts begin at multiples of their length, as roll-ups do, and lie in the period. */
export const seriesStart = (period: SeriesPeriod, now: Timestamp): Timestamp => {
  const { ms, bucketMs } = SERIES_LENGTHS[period]
  return timestamp(Math.ceil((now - ms) / bucketMs) * bucketMs)
}

/** The parts of a period up to now, the oldest first. `rollUps` are no longer than a part and do not overlap. */
export function series(
  period: SeriesPeriod,
  now: Timestamp,
  spans: readonly Span[],
  rollUps: readonly RollUp[],
): readonly SeriesBucket[] {
  const { bucketMs } = SERIES_LENGTHS[period]
  const parts = Map.groupBy(rollUps, (part) => Math.floor(part.from / bucketMs) * bucketMs)
  const buckets: SeriesBucket[] = []
  for (let from = seriesStart(period, now); from < now; from = timestamp(from + bucketMs)) {
    const until = timestamp(Math.min(now, from + bucketMs))
    const { counts, latency } = mergeChecks(parts.get(from) ?? [])
    buckets.push({
      from,
      ms: until - from,
      checks: totalOf(counts),
      failedChecks: failedOf(counts),
      latency: latencyOf(latency),
      uptimeRatio: uptimeRatio(tally(spans, from, until)),
    })
  }
  return buckets
}
