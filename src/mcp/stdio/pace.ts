import type { Readable } from 'node:stream'
import type { Clock } from '../../core/clock.ts'

/** What a child may write unasked before it has to wait: far more than a log, and little to read. */
const BYTES_AT_ONCE = 1024 * 1024
const PAUSE_MS = 1_000

/** Lets who writes without end wait, and not our event loop: a pipe nobody reads blocks its writer. */
export class Pace {
  readonly #stream: Readable
  readonly #clock: Clock
  #taken = 0
  #stopPause: (() => void) | undefined

  constructor(stream: Readable, clock: Clock) {
    this.#stream = stream
    this.#clock = clock
    stream.once('close', () => this.#stopPause?.())
  }

  took(bytes: number): void {
    this.#taken += bytes
    if (this.#taken < BYTES_AT_ONCE || this.#stopPause) return
    this.#stream.pause()
    this.#stopPause = this.#clock.after(PAUSE_MS, () => {
      this.#stopPause = undefined
      this.#taken = 0
      this.#stream.resume()
    })
  }
}
