import { ByteBuffer } from '../byte-buffer.ts'

const NEWLINE = 0x0a
/** So many characters of either end tell whose a message is. */
const END = 200
/** Of a line that was cut; from there on it is cut anew. */
const MOST_CUT_BYTES = 16 * 1024

/** Cuts a stream of bytes into lines, holding no more than the line it is in. */
export class LineReader {
  readonly #line = new ByteBuffer()
  /** Bytes of the line it is in that were let go of. */
  #dropped = 0

  /** What it holds of the line it is in. */
  get pendingBytes(): number {
    return this.#line.length
  }

  /** Whether the middle is missing in the line that `push` gave last. */
  wasCut = false

  /** Holds little more than both ends of the line it is in from here on. */
  cut(): void {
    const bytes = this.#line.length
    const text = this.#line.take()
    const ends = Buffer.from(text.slice(0, END) + text.slice(END).slice(-END))
    this.#line.append(ends)
    this.#dropped += Math.max(1, bytes - ends.length)
  }

  /**
   * The lines that `chunk` completes, without their newline, one at a time so that the caller can stop between two.
   * @throws whatever `tooLong` makes, once a line has more than `maxBytes()`; the reader is of no use then.
   */
  *push(chunk: Buffer, maxBytes: () => number, tooLong: () => Error): Generator<string> {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (this.#length + end - start > maxBytes()) throw tooLong()
      this.#append(chunk.subarray(start, end))
      this.wasCut = this.#dropped > 0
      this.#dropped = 0
      yield this.#line.take()
      start = end + 1
    }
    if (this.#length + chunk.length - start > maxBytes()) throw tooLong()
    if (start < chunk.length) this.#append(chunk.subarray(start))
  }

  /** Of the line it is in, with what was let go of. */
  get #length(): number {
    return this.#line.length + this.#dropped
  }

  #append(piece: Buffer): void {
    this.#line.append(piece)
    if (this.#dropped > 0 && this.#line.length > MOST_CUT_BYTES) this.cut()
  }
}
