import { z } from 'zod'
import { PERIODS } from '../core/history/reports.ts'
import { SERIES_PERIODS } from '../core/history/series.ts'
import { Count, Id, Milliseconds, Time } from './wire.ts'

export const Period = z.enum(PERIODS)

/** Share of known time, 0..1: time disabled, unknown or waiting for credentials counts neither way. Null: nothing is known. */
const Ratio = z.number().min(0).max(1).nullable()

/** Response times of checks that were answered, right within 1 %. */
const LatencyView = z
  .object({
    count: Count,
    p50_ms: Milliseconds.nullable(),
    p95_ms: Milliseconds.nullable(),
    p99_ms: Milliseconds.nullable(),
  })
  .meta({ id: 'Latency' })

export const PeriodView = z
  .object({
    period: Period,
    from: Time,
    until: Time,
    uptime_ratio: Ratio,
    up_seconds: z.number().min(0),
    down_seconds: z.number().min(0),
    unknown_seconds: z.number().min(0),
    checks: Count,
    failed_checks: Count,
    latency: LatencyView,
    /** Incidents that were going on in it; the longest with its whole length. */
    incidents: Count,
    longest_incident_seconds: z.number().min(0).nullable(),
  })
  .meta({ id: 'UptimePeriod' })
export type PeriodView = z.infer<typeof PeriodView>

/** Uptime in equal parts, for drawing; the oldest first, the last one up to now. */
export const HeartbeatsView = z
  .object({ from: Time, bucket_seconds: z.number(), uptime_ratios: z.array(Ratio) })
  .meta({ id: 'Heartbeats' })
export type HeartbeatsView = z.infer<typeof HeartbeatsView>

export const UptimesView = z.object({ '24h': Ratio, '7d': Ratio, '30d': Ratio, '90d': Ratio }).meta({ id: 'Uptimes' })
export type UptimesView = z.infer<typeof UptimesView>

/** `period`: of what the heartbeats are drawn. */
export const UptimeQuery = z.strictObject({ period: Period.default('24h') })

export const UptimeView = z
  .object({ server_id: Id, periods: z.array(PeriodView), heartbeats: HeartbeatsView })
  .meta({ id: 'Uptime' })

/**
 * A part of a period: where nothing was checked its response times are null, and where nothing is known its ratio is.
 * `seconds` is shorter for the last one, which ends now.
 */
export const LatencyBucket = z
  .object({
    from: Time,
    seconds: z.number().min(0),
    checks: Count,
    failed: Count,
    p50_ms: Milliseconds.nullable(),
    p95_ms: Milliseconds.nullable(),
    p99_ms: Milliseconds.nullable(),
    uptime_ratio: Ratio,
  })
  .meta({ id: 'LatencyBucket' })
export type LatencyBucket = z.infer<typeof LatencyBucket>

const SeriesPeriod = z.enum(SERIES_PERIODS)

export const LatencyQuery = z.strictObject({ period: SeriesPeriod.default('24h') })

/** Parts of `bucket_seconds`, the oldest first, at most 120; they begin at multiples of that in UTC. */
export const LatencyAnswer = z
  .object({ server_id: Id, period: SeriesPeriod, bucket_seconds: z.number(), buckets: z.array(LatencyBucket) })
  .meta({ id: 'LatencySeries' })
