import { type Clock, type Instant, instant } from '../clock.ts'

const BEAT_MS = 250
/** A pause of our own event loop longer than this makes a failure measured during it inconclusive. */
const STALL_MS = 1_000

/** Notices when this process itself stood still, so that its own pause is never blamed on an upstream. */
export class StallWatch {
  readonly #clock: Clock
  #lastBeat: Instant
  #lastStall: Instant = instant(Number.NEGATIVE_INFINITY)
  #cancel: () => void

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lastBeat = clock.now()
    this.#cancel = clock.after(BEAT_MS, () => this.#beat())
  }

  /** True when the process stalled at any time since `from`. */
  stalledSince(from: Instant): boolean {
    this.#look()
    return this.#lastStall >= from
  }

  stop(): void {
    this.#cancel()
  }

  #beat(): void {
    this.#look()
    this.#lastBeat = this.#clock.now()
    this.#cancel = this.#clock.after(BEAT_MS, () => this.#beat())
  }

  #look(): void {
    const now = this.#clock.now()
    if (now - this.#lastBeat > BEAT_MS + STALL_MS) this.#lastStall = now
  }
}
