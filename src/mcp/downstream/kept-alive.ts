import type { Clock } from '../../core/clock.ts'
import type { Answer } from './answer.ts'

/** Proxies cut streams that are silent for a minute. Twice this long none is. */
const LOOK_MS = 14_000

/** The streams that last while there is nothing to say: one timer for all. */
export class KeptAlive {
  readonly #clock: Clock
  readonly #streams = new Set<Answer>()
  #stopLooking: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Until it ends. */
  add(stream: Answer): void {
    this.#streams.add(stream)
    this.#stopLooking ??= this.#clock.after(LOOK_MS, this.#look)
  }

  close(): void {
    this.#stopLooking?.()
    this.#streams.clear()
  }

  readonly #look = (): void => {
    for (const stream of this.#streams) {
      if (stream.isOpen) stream.keepAlive()
      else this.#streams.delete(stream)
    }
    this.#stopLooking = this.#streams.size > 0 ? this.#clock.after(LOOK_MS, this.#look) : undefined
  }
}
