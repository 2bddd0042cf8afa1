import { type Clock, type Timestamp, timestamp } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import type { Change } from '../ports.ts'
import type { Availability } from './availability.ts'
import type { Span } from './span.ts'

type Open = {
  readonly availability: Availability
  readonly from: Timestamp
  /** Another now means that the clock was set or the machine slept meanwhile: nobody knows what was between. */
  readonly wallAheadMs: number
}

/** The span each server is in, since this process first saw it so. Time of which nobody saw the end is never counted. */
export class SpanBook {
  readonly #clock: Clock
  readonly #open = new Map<ServerId, Open>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A server was `before` up to now and is `after` from now on; answers what is known by that and to be stored. */
  observe(id: ServerId, before: Availability, after: Availability): Change[] {
    const known = this.#open.get(id)?.availability === before ? this.current(id) : undefined
    const open = this.#open.get(id)
    const { wallAheadMs } = this.#clock
    const goesOn = open?.availability === before && before === after && open.wallAheadMs === wallAheadMs
    if (!goesOn) this.#open.set(id, { availability: after, from: this.#now(), wallAheadMs })
    return known ? [{ type: 'span_known', serverId: id, span: known }] : []
  }

  /** What it is since when, up to now; undefined while that is not known. */
  current(id: ServerId): Span | undefined {
    const open = this.#open.get(id)
    if (!open || open.availability === 'unknown' || open.wallAheadMs !== this.#clock.wallAheadMs) return undefined
    return { kind: open.availability, from: open.from, until: this.#now() }
  }

  forget(id: ServerId): void {
    this.#open.delete(id)
  }

  /** Whole milliseconds, as they are stored: `from` is what a stored span is known by. */
  #now(): Timestamp {
    return timestamp(Math.floor(this.#clock.wall()))
  }
}
