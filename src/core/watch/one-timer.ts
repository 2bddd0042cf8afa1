import type { Clock, Instant } from '../clock.ts'

/** One timer for all that is to come: set anew whenever something else is the next. */
export class OneTimer {
  readonly #clock: Clock
  readonly #wake: () => void
  #set: { readonly at: Instant; readonly cancel: () => void } | undefined

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  /** Leaves it as it is when nothing is to come. */
  wakeAt(at: Instant | undefined): void {
    if (at === undefined || at === this.#set?.at) return
    this.#set?.cancel()
    const cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#set = undefined
      this.#wake()
    })
    this.#set = { at, cancel }
  }

  cancel(): void {
    this.#set?.cancel()
  }
}
