/** Who is having a turn with a server, or with whatever else a key names: one at a time, in the order they came. */
export class Turns<Key> {
  readonly #taken = new Map<Key, Promise<unknown>>()

  /** Does `work` once nobody else has a turn with it. */
  async take<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const before = this.#taken.get(key)
    const turn = before ? before.then(work) : work()
    const ended = turn.catch(() => undefined)
    this.#taken.set(key, ended)
    try {
      return await turn
    } finally {
      if (this.#taken.get(key) === ended) this.#taken.delete(key)
    }
  }

  /** Resolves when nobody has a turn any more; undefined when nobody has one now. */
  ended(key: Key): Promise<void> | undefined {
    const taken = this.#taken.get(key)
    return taken?.then(() => this.ended(key))
  }
}
