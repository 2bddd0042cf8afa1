import type { Stage } from '../core/check.ts'
import { inconclusive } from './failures.ts'

/**
 * Files that the connections to servers, and the pipes to their processes, may have open together. Who needs one when
 * all are taken closes the connection that has idled longest.
 */
export class OpenFiles {
  #free: number
  /** What closes them, longest idle first. */
  readonly #idle = new Map<object, () => void>()

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#free = most
  }

  /**
   * Answers what gives them back, once however often it is called.
   * @throws UpstreamFault 'inconclusive' when all are in use: that is our own shortage.
   */
  take(count: number, stage: Stage): () => void {
    for (const [connection, close] of this.#idle) {
      if (this.#free >= count) break
      this.#idle.delete(connection)
      close()
    }
    if (this.#free < count) throw inconclusive(stage, 'all files that this process may open are in use', undefined)
    this.#free -= count
    let taken = count
    return () => {
      this.#free += taken
      taken = 0
    }
  }

  /** `close` closes the connection and gives its file back at once. */
  idles(connection: object, close: () => void): void {
    this.#idle.set(connection, close)
  }

  /** It is in use again, or gone. */
  idlesNoMore(connection: object): void {
    this.#idle.delete(connection)
  }
}
