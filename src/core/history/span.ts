import { type Timestamp, timestamp } from '../clock.ts'

/** What a server was from one moment to another. No span means that nothing is known. */
export type Span = { readonly kind: 'up' | 'down'; readonly from: Timestamp; readonly until: Timestamp }

/** How a stretch of time divides; the three sum to its length. */
export type Tally = { readonly upMs: number; readonly downMs: number; readonly unknownMs: number }

export type Bucket = Tally & { readonly from: Timestamp }

/** How the time from `from` until `until` divides. `spans` do not overlap. */
export function tally(spans: Iterable<Span>, from: Timestamp, until: Timestamp): Tally {
  const ms = { up: 0, down: 0 }
  for (const span of spans) {
    ms[span.kind] += Math.max(0, Math.min(until, span.until) - Math.max(from, span.from))
  }
  return { upMs: ms.up, downMs: ms.down, unknownMs: Math.max(0, until - from - ms.up - ms.down) }
}

export const mergeTallies = (tallies: Iterable<Tally>): Tally => {
  let sum: Tally = { upMs: 0, downMs: 0, unknownMs: 0 }
  for (const { upMs, downMs, unknownMs } of tallies) {
    sum = { upMs: sum.upMs + upMs, downMs: sum.downMs + downMs, unknownMs: sum.unknownMs + unknownMs }
  }
  return sum
}

/** Share of known time that was up, 0..1; undefined when nothing is known. */
export const uptimeRatio = ({ upMs, downMs }: Tally): number | undefined =>
  upMs + downMs > 0 ? upMs / (upMs + downMs) : undefined

/** `count` equal parts of the time up to `until`, the oldest first. */
export const buckets = (spans: readonly Span[], until: Timestamp, bucketMs: number, count: number): readonly Bucket[] =>
  Array.from({ length: count }, (_, index) => {
    const from = timestamp(until - (count - index) * bucketMs)
    return { from, ...tally(spans, from, timestamp(from + bucketMs)) }
  })
