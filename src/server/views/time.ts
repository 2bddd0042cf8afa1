import { type Clock, type Instant, type Timestamp, toTimestamp } from '../../core/clock.ts'

/** How times are written on the wire. */
export const iso = (time: Timestamp): string => new Date(time).toISOString()

export const isoOrNull = (time: Timestamp | undefined): string | null => (time === undefined ? null : iso(time))

export const instantOrNull = (at: Instant | undefined, clock: Clock): string | null =>
  at === undefined ? null : iso(toTimestamp(at, clock))
