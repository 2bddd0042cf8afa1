import type { Stage } from '../core/check.ts'
import { inconclusive } from './failures.ts'

/** A connection that may be closed for another one's sake while it idles: then it stands in a ring with its like. */
class Kept {
  readonly close: () => void
  #before: Kept = this
  #after: Kept = this

  constructor(close: () => void) {
    this.close = close
  }

  get after(): Kept {
    return this.#after
  }

  standBefore(other: Kept): void {
    this.leave()
    this.#before = other.#before
    this.#after = other
    this.#before.#after = this
    other.#before = this
  }

  leave(): void {
    this.#before.#after = this.#after
    this.#after.#before = this.#before
    this.#before = this
    this.#after = this
  }
}

/**
 * Files that the connections to servers, and the pipes to their processes, may have open together. Who needs one when
 * all are taken closes the connection that has idled longest.
 */
export class OpenFiles {
  #free: number
  readonly #kept = new Map<object, Kept>()
  /** Before it stands who idles for the shortest time, after it who does for the longest. */
  readonly #ends = new Kept(() => {})

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#free = most
  }

  /**
   * Answers what gives them back, once however often it is called.
   * @throws UpstreamFault 'inconclusive' when all are in use: that is our own shortage.
   */
  take(count: number, stage: Stage): () => void {
    while (this.#free < count) {
      const longest = this.#ends.after
      if (longest === this.#ends)
        throw inconclusive(stage, 'all files that this process may open are in use', undefined)
      longest.leave()
      longest.close()
    }
    this.#free -= count
    let taken = count
    return () => {
      this.#free += taken
      taken = 0
    }
  }

  /** From now on it may be closed while it idles; `close` gives its file back at once. */
  keep(connection: object, close: () => void): void {
    this.#kept.set(connection, new Kept(close))
  }

  idles(connection: object): void {
    this.#kept.get(connection)?.standBefore(this.#ends)
  }

  /** It is in use again. */
  idlesNoMore(connection: object): void {
    this.#kept.get(connection)?.leave()
  }

  forget(connection: object): void {
    this.#kept.get(connection)?.leave()
    this.#kept.delete(connection)
  }
}
