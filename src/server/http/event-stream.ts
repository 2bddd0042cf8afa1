import { Readable } from 'node:stream'
import type { Clock } from '../../core/clock.ts'

/** So that nothing on the way takes a silent stream for a dead one. */
const SILENCE_MS = 15_000
/** What may wait for a slow reader before news are left out. */
const MOST_UNREAD_BYTES = 256 * 1024

/** An answer as `text/event-stream`. It begins with its first event, so that until then it can still be another one. */
export class EventStream {
  readonly body: Readable
  /** Resolves with the first event. */
  readonly begun: Promise<void>
  readonly #begin: () => void
  readonly #clock: Clock
  #stopTimer: () => void = () => {}

  constructor(clock: Clock) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.begun = promise
    this.#begin = resolve
    this.#clock = clock
    this.body = new Readable({
      read() {},
      destroy: (error, done) => {
        this.#stopTimer()
        done(error)
      },
    })
    this.#wait()
  }

  /** News that a slow reader may miss. */
  tell(event: string, data: unknown): void {
    if (this.body.readableLength < MOST_UNREAD_BYTES) this.#write(eventText(event, data))
  }

  /** The last event. */
  end(event: string, data: unknown): void {
    this.#write(eventText(event, data))
    this.#stopTimer()
    if (!this.body.destroyed) this.body.push(null)
  }

  #write(text: string): void {
    if (this.body.destroyed) return
    this.body.push(text)
    this.#begin()
    this.#wait()
  }

  #wait(): void {
    this.#stopTimer()
    this.#stopTimer = this.#clock.after(SILENCE_MS, () => this.#write(': alive\n\n'))
  }
}

const eventText = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
