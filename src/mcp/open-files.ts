import type { Stage } from '../core/check.ts'
import { inconclusive } from './failures.ts'

/** A connection that may be closed for another one's sake while it idles. */
type Kept = {
  readonly close: () => void
  /** Counts up with each connection that begins to idle; 0 while it is in use. */
  idleSince: number
}

/**
 * Files that the connections to servers, and the pipes to their processes, may have open together. Who needs one when
 * all are taken closes the connection that has idled longest.
 */
export class OpenFiles {
  #free: number
  readonly #kept = new Map<object, Kept>()
  #idled = 0

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#free = most
  }

  /**
   * Answers what gives them back, once however often it is called.
   * @throws UpstreamFault 'inconclusive' when all are in use: that is our own shortage.
   */
  take(count: number, stage: Stage): () => void {
    while (this.#free < count) {
      const longest = this.#longestIdle()
      if (longest === undefined) throw inconclusive(stage, 'all files that this process may open are in use', undefined)
      longest.idleSince = 0
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
    this.#kept.set(connection, { close, idleSince: 0 })
  }

  idles(connection: object): void {
    const kept = this.#kept.get(connection)
    if (kept !== undefined) kept.idleSince = ++this.#idled
  }

  /** It is in use again. */
  idlesNoMore(connection: object): void {
    const kept = this.#kept.get(connection)
    if (kept !== undefined) kept.idleSince = 0
  }

  forget(connection: object): void {
    this.#kept.delete(connection)
  }

  /** Looked for only when files run out, so that calls, which use connections all the time, need not sort them. */
  #longestIdle(): Kept | undefined {
    let longest: Kept | undefined
    for (const kept of this.#kept.values()) {
      if (kept.idleSince > 0 && (longest === undefined || kept.idleSince < longest.idleSince)) longest = kept
    }
    return longest
  }
}
