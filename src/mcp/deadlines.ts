import { type Clock, type Instant, later } from '../../core/clock.ts'

/** Something that is to end in time; `endsAt` may move. */
type Timed = { readonly endsAt: Instant; expire(): void }

const LOOK_MS = 250

/** Ends what takes too long. One timer for all, since nobody measures the minute of a call by the millisecond. */
export class Deadlines {
  readonly #clock: Clock
  readonly #timed = new Set<Timed>()
  #isLooking = false
  #onIdle: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  after(ms: number): Instant {
    return later(this.#clock.now(), ms)
  }

  add(timed: Timed): void {
    this.#timed.add(timed)
    if (!this.#isLooking) this.#look()
  }

  remove(timed: Timed): void {
    this.#timed.delete(timed)
    if (this.#timed.size === 0) this.#onIdle()
  }

  /** Resolves once nothing is timed any more, or after `patienceMs`. */
  async idle(patienceMs: number): Promise<void> {
    if (this.#timed.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = this.#clock.after(patienceMs, resolve)
    this.#onIdle = resolve
    await promise
    stop()
  }

  #look(): void {
    this.#isLooking = this.#timed.size > 0
    if (!this.#isLooking) return
    this.#clock.after(LOOK_MS, () => {
      const now = this.#clock.now()
      for (const timed of this.#timed) if (timed.endsAt <= now) timed.expire()
      this.#look()
    })
  }
}
