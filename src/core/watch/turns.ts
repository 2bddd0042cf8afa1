import type { ServerId } from '../ids.ts'

/** Who is having a turn with a server: one at a time, in the order they came. */
export class Turns {
  readonly #taken = new Map<ServerId, Promise<unknown>>()

  /** Does `work` once nobody else has a turn with this server. */
  async take<T>(id: ServerId, work: () => Promise<T>): Promise<T> {
    const before = this.#taken.get(id)
    const turn = before ? before.then(work) : work()
    const ended = turn.catch(() => undefined)
    this.#taken.set(id, ended)
    try {
      return await turn
    } finally {
      if (this.#taken.get(id) === ended) this.#taken.delete(id)
    }
  }

  /** Resolves when nobody has a turn any more; undefined when nobody has one now. */
  ended(id: ServerId): Promise<void> | undefined {
    const taken = this.#taken.get(id)
    return taken?.then(() => this.ended(id))
  }
}
