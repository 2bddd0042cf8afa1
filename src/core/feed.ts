type Listener<T> = (value: T) => void

/** Delivers each value to every listener, in order, at once. One that throws is told of, and keeps nobody from hearing. */
export class Feed<T> {
  readonly #listeners = new Set<Listener<T>>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** Returns the function that unsubscribes. */
  subscribe(listener: Listener<T>): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(value: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(value)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
