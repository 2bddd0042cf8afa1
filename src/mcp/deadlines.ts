import { type Clock, type Instant, later } from '../core/clock.ts'

/** Something that is to end in time; `endsAt` may move, and `place` belongs to who looks at it. */
export type Timed = { readonly endsAt: Instant; place: number; expire(): void }

const LOOK_MS = 250

/**
 * Ends what takes too long. One timer for all, since nobody measures the minute of a call by the millisecond. A list, and
 * no Set: the tables that a Set outgrows refer to each other, and keep all that was ever in them until the whole heap is
 * collected.
 */
export class Deadlines<T extends Timed = Timed> {
  readonly #clock: Clock
  readonly #timed: T[] = []
  #stopLooking: (() => void) | undefined
  #onIdle: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  after(ms: number): Instant {
    return later(this.#clock.now(), ms)
  }

  add(timed: T): void {
    timed.place = this.#timed.push(timed) - 1
    if (this.#stopLooking === undefined) this.#look()
  }

  remove(timed: T): void {
    const { place } = timed
    if (this.#timed[place] !== timed) return
    const last = this.#timed.pop()
    if (last !== undefined && last !== timed) {
      this.#timed[place] = last
      last.place = place
    }
    if (this.#timed.length > 0) return
    this.#stopLooking?.()
    this.#stopLooking = undefined
    this.#onIdle()
  }

  /** Resolves once nothing is timed any more, or after `patienceMs`; with what is left then. */
  async idle(patienceMs: number): Promise<readonly T[]> {
    if (this.#timed.length === 0) return []
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = this.#clock.after(patienceMs, resolve)
    this.#onIdle = resolve
    await promise
    stop()
    return this.#timed.slice()
  }

  #look(): void {
    this.#stopLooking = this.#clock.after(LOOK_MS, () => {
      this.#stopLooking = undefined
      const now = this.#clock.now()
      for (const timed of this.#timed.slice()) if (timed.endsAt <= now) timed.expire()
      if (this.#timed.length > 0 && this.#stopLooking === undefined) this.#look()
    })
  }
}
