import type { LatencyBucket } from '../../api/uptime.ts'

/** A point of the chart; where its times are null the line breaks. */
export type LatencyPoint = {
  /** Epoch milliseconds. */
  readonly at: number
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly checks: number
  readonly failed: number
}

/** So many intervals without a check are a gap; fewer are how checks happen to fall into parts. */
const GAP_INTERVALS = 3

/** What is drawn of a series: a part without checks breaks the line only where checks should have been. */
export function latencyPoints(buckets: readonly LatencyBucket[], intervalSeconds: number): readonly LatencyPoint[] {
  let emptySeconds = 0
  return buckets.flatMap(({ from, seconds, checks, failed, p50_ms, p95_ms, p99_ms }) => {
    emptySeconds = checks === 0 ? emptySeconds + seconds : 0
    if (checks === 0 && emptySeconds <= GAP_INTERVALS * intervalSeconds) return []
    return [{ at: Date.parse(from), p50: p50_ms, p95: p95_ms, p99: p99_ms, checks, failed }]
  })
}
