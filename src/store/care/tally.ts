import { hash } from 'node:crypto'

/** What a table holds: how many rows, and a checksum that is the same for the same rows in any order. */
export type Tally = { readonly rows: number; readonly checksum: string }

const BYTES = 32

/** Counts rows, each given as text; no text may come twice. */
export class Counting {
  #rows = 0
  readonly #mixed = Buffer.alloc(BYTES)

  add(texts: readonly string[]): void {
    this.#rows += texts.length
    for (const text of texts) {
      const digest = hash('sha256', text, 'buffer')
      for (let at = 0; at < BYTES; at++) this.#mixed[at] = (this.#mixed[at] ?? 0) ^ (digest[at] ?? 0)
    }
  }

  get rows(): number {
    return this.#rows
  }

  tally(): Tally {
    return { rows: this.#rows, checksum: this.#mixed.toString('hex') }
  }
}
