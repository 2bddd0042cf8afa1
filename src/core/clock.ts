import type { Brand } from './brand.ts'

/** Monotonic milliseconds; what decisions are made with. Means nothing outside this process; may be negative after a restart. */
export type Instant = Brand<number, 'Instant'>

/** Milliseconds since the Unix epoch; for display and storage only, since wall clocks jump. */
export type Timestamp = Brand<number, 'Timestamp'>

export const instant = (ms: number): Instant => ms as Instant // the maker of the brand
export const timestamp = (ms: number): Timestamp => ms as Timestamp // the maker of the brand

export const later = (from: Instant, ms: number): Instant => instant(from + ms)

/** The first of two moments; undefined is never. */
export const earlier = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a

/** The only way core code reads or waits for time, so that tests can drive it by hand. */
export interface Clock {
  now(): Instant
  wall(): Timestamp
  /** How far `wall` is ahead of `now`; another only when somebody sets the wall clock, so that times once told stay. */
  readonly wallAheadMs: number
  /** Calls `wake` once, `ms` from now, unless the returned function was called before. */
  after(ms: number, wake: () => void): () => void
}

/** The wall time of a moment of this process, by the clock as it reads now. */
export const toTimestamp = (at: Instant, clock: Clock): Timestamp => timestamp(at + clock.wallAheadMs)

export const toInstant = (at: Timestamp, clock: Clock): Instant => instant(at - clock.wallAheadMs)
