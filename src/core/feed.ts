type Listener<T> = (value: T) => void

/** Delivers each value to every listener, in order, at once. */
export class Feed<T> {
  readonly #listeners = new Set<Listener<T>>()

  /** Returns the function that unsubscribes. */
  subscribe(listener: Listener<T>): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(value: T): void {
    for (const listener of this.#listeners) listener(value)
  }
}
