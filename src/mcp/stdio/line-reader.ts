import { ByteBuffer } from '../byte-buffer.ts'

const NEWLINE = 0x0a
/** So many characters of either end tell whose a message is. */
const END = 200
/** Of a line that was cut; from there on it is cut anew. */
const MOST_CUT_BYTES = 16 * 1024
/** A line that is too long is passed over up to so many times what it may have; from there on it is taken for endless. */
const MOST_TIMES = 16

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
  /** How long that line was, with what is missing. */
  lineBytes = 0

  /** Holds little more than both ends of the line it is in from here on. */
  cut(): void {
    const bytes = this.#line.length
    const text = this.#line.take()
    const ends = Buffer.from(text.slice(0, END) + text.slice(END).slice(-END))
    this.#line.append(ends)
    this.#dropped += Math.max(1, bytes - ends.length)
  }

  /**
   * The lines that `chunk` completes, without their newline, one at a time so that the caller can stop between two. Of a
   * line of more than `maxBytes()` both ends come.
   * @throws whatever `endless` makes, once a line has 16 times as much; the reader is of no use then.
   */
  *push(chunk: Buffer, maxBytes: () => number, endless: () => Error): Generator<string> {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#append(chunk.subarray(start, end), maxBytes(), endless)
      this.wasCut = this.#dropped > 0
      this.lineBytes = this.#length
      this.#dropped = 0
      yield this.#line.take()
      start = end + 1
    }
    if (start < chunk.length) this.#append(chunk.subarray(start), maxBytes(), endless)
  }

  /** Of the line it is in, with what was let go of. */
  get #length(): number {
    return this.#line.length + this.#dropped
  }

  #append(piece: Buffer, maxBytes: number, endless: () => Error): void {
    if (this.#length + piece.length > MOST_TIMES * maxBytes) throw endless()
    this.#line.append(piece)
    if (this.#line.length > (this.#dropped > 0 ? MOST_CUT_BYTES : maxBytes)) this.cut()
  }
}
