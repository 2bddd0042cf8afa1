import { ByteBuffer } from '../byte-buffer.ts'

export type StreamEvent = { readonly type: string; readonly data: string }

const LF = 0x0a
const CR = 0x0d

/**
 * Takes the bytes of a text/event-stream apart (WHATWG HTML, "Interpreting an event stream"), linear in their number
 * whatever pieces they come in. Who feeds it bounds the bytes, by `pendingBytes`.
 */
export class EventStreamParser {
  readonly #line = new ByteBuffer()
  #data: string[] = []
  #dataBytes = 0
  #type = ''
  #id: string | undefined
  #skipLf = false

  /** The id of the last event that had one: behind it the stream can be taken up again. */
  lastId: string | undefined
  /** How long the server wants to be left alone before that, in milliseconds. */
  retryMs: number | undefined

  /** Bytes of the event that is not complete yet. */
  get pendingBytes(): number {
    return this.#line.length + this.#dataBytes
  }

  /** The events that `piece` completed. */
  push(piece: Buffer): readonly StreamEvent[] {
    const events: StreamEvent[] = []
    let start = this.#skipLf && piece[0] === LF ? 1 : 0
    this.#skipLf = false
    const ends = new LineEnds(piece)
    for (let end = ends.after(start); end !== -1; end = ends.after(start)) {
      this.#line.append(piece.subarray(start, end))
      this.#endLine(events)
      start = end + 1
      if (piece[end] === CR) {
        if (piece[start] === LF) start++
        else this.#skipLf = start === piece.length
      }
    }
    if (start < piece.length) this.#line.append(piece.subarray(start))
    return events
  }

  #endLine(events: StreamEvent[]): void {
    const bytes = this.#line.length
    const line = this.#line.take()
    if (line === '') {
      if (this.#data.length > 0) events.push({ type: this.#type || 'message', data: this.#data.join('\n') })
      this.#data = []
      this.#dataBytes = 0
      this.#type = ''
      this.lastId = this.#id
      return
    }
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') {
      this.#data.push(value)
      this.#dataBytes += bytes
    } else if (field === 'event') {
      this.#type = value
    } else if (field === 'id') {
      this.#id = value
    } else if (field === 'retry' && /^\d+$/.test(value)) {
      this.retryMs = Number(value)
    }
  }
}

/** Finds line ends from left to right, looking at each byte twice at most. */
class LineEnds {
  readonly #piece: Buffer
  #lf = -2
  #cr = -2

  constructor(piece: Buffer) {
    this.#piece = piece
  }

  /** The first at or after `from`, -1 when there is none. */
  after(from: number): number {
    if (this.#lf !== -1 && this.#lf < from) this.#lf = this.#piece.indexOf(LF, from)
    if (this.#cr !== -1 && this.#cr < from) this.#cr = this.#piece.indexOf(CR, from)
    return this.#lf === -1 ? this.#cr : this.#cr === -1 ? this.#lf : Math.min(this.#lf, this.#cr)
  }
}
