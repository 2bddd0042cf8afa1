/**
 * A value that must not be shown. Every way of printing it gives the `shown` text instead; only `reveal()` gives the
 * value, and only the vault and the wire to the upstream call that.
 */
export class Secret {
  readonly #value: string
  readonly #shown: string

  constructor(value: string, shown = '***') {
    this.#value = value
    this.#shown = shown
  }

  reveal(): string {
    return this.#value
  }
  toString(): string {
    return this.#shown
  }
  toJSON(): string {
    return this.#shown
  }
  /** What `util.inspect` and loggers print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.#shown
  }
}
