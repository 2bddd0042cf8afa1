import { ByteBuffer } from '../byte-buffer.ts'

const NEWLINE = 0x0a

/** Cuts a stream of bytes into lines, holding no more than the line it is in. */
export class LineReader {
  readonly #line = new ByteBuffer();

  /**
   * The lines that `chunk` completes, without their newline, one at a time so that the caller can stop between two.
   * @throws whatever `tooLong` makes, once a line has more than `maxBytes()`; the reader is of no use then.
   */
  *push(chunk: Buffer, maxBytes: () => number, tooLong: () => Error): Generator<string> {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (this.#line.length + end - start > maxBytes()) throw tooLong()
      this.#line.append(chunk.subarray(start, end))
      yield this.#line.take()
      start = end + 1
    }
    if (this.#line.length + chunk.length - start > maxBytes()) throw tooLong()
    if (start < chunk.length) this.#line.append(chunk.subarray(start))
  }
}
