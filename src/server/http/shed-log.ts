import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { AppError } from '../../core/errors.ts'

const PAUSE_MS = 60_000

/** Tells that requests are sent away, for want of room or of a database: the first at once, then how many in a minute. */
export class ShedLog {
  readonly #log: Logger
  readonly #clock: Clock
  readonly #reasons = new Map<string, number>()
  #stop: (() => void) | undefined

  constructor(log: Logger, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  add({ message }: AppError): void {
    this.#reasons.set(message, (this.#reasons.get(message) ?? 0) + 1)
    if (!this.#stop) this.#tell()
  }

  close(): void {
    this.#stop?.()
  }

  #tell(): void {
    this.#stop = undefined
    if (this.#reasons.size === 0) return
    this.#log.warn({ refused: Object.fromEntries(this.#reasons) }, 'requests are refused')
    this.#reasons.clear()
    this.#stop = this.#clock.after(PAUSE_MS, () => this.#tell())
  }
}
