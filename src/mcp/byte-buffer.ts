/** Bytes that arrive in pieces, kept in one block, so that a million tiny pieces cost no more than their bytes. */
export class ByteBuffer {
  #block: Buffer = EMPTY
  #length = 0
  /** The block is the first piece itself, which is not ours to write into. */
  #isBorrowed = false

  get length(): number {
    return this.#length
  }

  append(piece: Buffer): void {
    const needed = this.#length + piece.length
    if (this.#length === 0) {
      // Most answers come in one piece: kept as it is.
      this.#block = piece
    } else {
      if (needed > this.#block.length || this.#isBorrowed) this.#grow(needed)
      piece.copy(this.#block, this.#length)
    }
    this.#isBorrowed = this.#length === 0
    this.#length = needed
  }

  /** All of it as UTF-8 text, and empties it. */
  take(): string {
    const text = this.#block.toString('utf8', 0, this.#length)
    this.#block = EMPTY
    this.#length = 0
    return text
  }

  #grow(needed: number): void {
    const block = Buffer.allocUnsafe(Math.max(needed, this.#block.length * 2, 4_096))
    this.#block.copy(block, 0, 0, this.#length)
    this.#block = block
  }
}

const EMPTY = Buffer.alloc(0)
