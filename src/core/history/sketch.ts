/**
 * How response times are spread, as a DDSketch (Masson, Rim, Lee: VLDB 2019): counts in buckets whose bounds grow by a
 * constant factor, so that any quantile is right within 1 % and merging loses nothing.
 */
export type Sketch = ReadonlyMap<number, number>

const ACCURACY = 0.01
const GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
/** The upper bound of bucket 0. */
const LEAST_MS = 0.01

export const EMPTY_SKETCH: Sketch = new Map()

export const sketchOf = (...times: readonly number[]): Sketch =>
  mergeSketches(times.map((ms) => new Map([[bucketOf(ms), 1]])))

export function mergeSketches(sketches: Iterable<Sketch>): Sketch {
  const merged = new Map<number, number>()
  for (const sketch of sketches) {
    for (const [bucket, count] of sketch) merged.set(bucket, (merged.get(bucket) ?? 0) + count)
  }
  return merged
}

/** The least time in milliseconds that a share `q` (0..1) of all was no slower than (nearest rank); undefined of an empty sketch. */
export function quantile(sketch: Sketch, q: number): number | undefined {
  const sorted = [...sketch].sort(([a], [b]) => a - b)
  const rank = q * countOf(sketch)
  let seen = 0
  for (const [bucket, count] of sorted) {
    seen += count
    if (seen >= rank) return timeOf(bucket)
  }
  return undefined
}

export function countOf(sketch: Sketch): number {
  let sum = 0
  for (const count of sketch.values()) sum += count
  return sum
}

/** How response times were spread, right within 1 %; undefined where there were none. */
export type Latency = {
  readonly count: number
  readonly p50Ms: number | undefined
  readonly p95Ms: number | undefined
  readonly p99Ms: number | undefined
}

export const latencyOf = (sketch: Sketch): Latency => ({
  count: countOf(sketch),
  p50Ms: quantile(sketch, 0.5),
  p95Ms: quantile(sketch, 0.95),
  p99Ms: quantile(sketch, 0.99),
})

/** As text: `a3 b5*4`, buckets in base 36 and their counts. Two such texts with a space between are the merged sketch. */
export const encodeSketch = (sketch: Sketch): string =>
  [...sketch]
    .sort(([a], [b]) => a - b)
    .map(([bucket, count]) => bucket.toString(36) + (count === 1 ? '' : `*${count}`))
    .join(' ')

/** Undefined for what `encodeSketch` never writes. */
export function decodeSketch(text: string): Sketch | undefined {
  const sketch = new Map<number, number>()
  for (const part of text.split(' ')) {
    if (part === '') continue
    const [, digits = '', count = '1'] = /^([0-9a-z]{1,4})(?:\*(\d{1,12}))?$/.exec(part) ?? []
    if (digits === '') return undefined
    const bucket = Number.parseInt(digits, 36)
    sketch.set(bucket, (sketch.get(bucket) ?? 0) + Number(count))
  }
  return sketch
}

/** Which bucket counts a time. */
export const bucketOf = (ms: number): number => Math.max(0, Math.ceil(Math.log(ms / LEAST_MS) / Math.log(GROWTH)))

/** The middle of the bucket, as far from either bound in proportion. */
const timeOf = (bucket: number): number => (LEAST_MS * 2 * GROWTH ** bucket) / (GROWTH + 1)
