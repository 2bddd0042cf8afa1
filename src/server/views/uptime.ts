import type { HeartbeatsView, LatencyBucket, PeriodView, UptimesView } from '../../api/uptime.ts'
import type { Heartbeats, PeriodReport, Uptimes } from '../../core/history/reports.ts'
import type { SeriesBucket } from '../../core/history/series.ts'
import type { Latency } from '../../core/history/sketch.ts'
import { uptimeRatio } from '../../core/history/span.ts'
import { iso } from './time.ts'

export const periodView = (report: PeriodReport): PeriodView => ({
  period: report.period,
  from: iso(report.from),
  until: iso(report.until),
  uptime_ratio: report.uptimeRatio ?? null,
  up_seconds: report.upMs / 1_000,
  down_seconds: report.downMs / 1_000,
  unknown_seconds: report.unknownMs / 1_000,
  checks: report.checks,
  failed_checks: report.failedChecks,
  latency: latencyView(report.latency),
  incidents: report.incidents,
  longest_incident_seconds: report.longestIncidentMs === undefined ? null : report.longestIncidentMs / 1_000,
})

export const uptimesView = (uptimes: Uptimes): UptimesView => ({
  '24h': uptimes['24h'] ?? null,
  '7d': uptimes['7d'] ?? null,
  '30d': uptimes['30d'] ?? null,
  '90d': uptimes['90d'] ?? null,
})

export const heartbeatsView = ({ from, bucketMs, buckets }: Heartbeats): HeartbeatsView => ({
  from: iso(from),
  bucket_seconds: bucketMs / 1_000,
  uptime_ratios: buckets.map((bucket) => uptimeRatio(bucket) ?? null),
})

export const latencyBucket = ({
  from,
  ms,
  checks,
  failedChecks,
  latency,
  uptimeRatio: ratio,
}: SeriesBucket): LatencyBucket => ({
  from: iso(from),
  seconds: ms / 1_000,
  checks,
  failed: failedChecks,
  p50_ms: latency.p50Ms ?? null,
  p95_ms: latency.p95Ms ?? null,
  p99_ms: latency.p99Ms ?? null,
  uptime_ratio: ratio ?? null,
})

const latencyView = ({ count, p50Ms, p95Ms, p99Ms }: Latency): PeriodView['latency'] => ({
  count,
  p50_ms: p50Ms ?? null,
  p95_ms: p95Ms ?? null,
  p99_ms: p99Ms ?? null,
})
