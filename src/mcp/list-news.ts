import type { Clock } from '../core/clock.ts'

/** A server may say as often as it likes that its lists changed; it is heard this often. */
const PAUSE_MS = 5_000

/** Tells that lists changed: at once, and after a pause once more if there was more to tell. */
export class ListNews {
  readonly #clock: Clock
  readonly #tell: () => void
  /** Set for a while after each time it was told; `again` when there was more meanwhile. */
  #pause: { again: boolean; readonly stop: () => void } | undefined

  constructor(clock: Clock, tell: () => void) {
    this.#clock = clock
    this.#tell = tell
  }

  changed(): void {
    if (this.#pause) this.#pause.again = true
    else this.#say()
  }

  stop(): void {
    this.#pause?.stop()
  }

  #say(): void {
    const stop = this.#clock.after(PAUSE_MS, () => {
      const { again = false } = this.#pause ?? {}
      this.#pause = undefined
      if (again) this.#say()
    })
    this.#pause = { again: false, stop }
    this.#tell()
  }
}
