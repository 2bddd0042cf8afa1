import type { ServerResponse } from 'node:http'
import type { JsonObject } from '../../core/capabilities.ts'
import type { RpcId } from '../channel.ts'
import { asWritten } from '../long-text.ts'

/** The answer to one HTTP request of a client: one JSON message, or a stream of them once there is more than the reply. */
export class Answer {
  readonly #response: ServerResponse
  #isStream = false
  /** Since `keepAlive` was asked last. */
  #isSilent = false
  /** Of the messages so far. */
  bytes = 0

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed
  }

  /** The client does not read as fast as it is told. */
  get isBehind(): boolean {
    return this.isOpen && this.#response.writableLength > MOST_AHEAD_BYTES
  }

  /** Calls `caughtUp` once the client has taken all that was told it, or left. */
  onceCaughtUp(caughtUp: () => void): void {
    const done = () => {
      this.#response.off('drain', done).off('close', done)
      caughtUp()
    }
    this.#response.on('drain', done).on('close', done)
  }

  /** Leaves a client that does not read. */
  cut(): void {
    this.#response.destroy()
  }

  /** Begins a stream that ends with `end`, whatever it brings. */
  stream(headers: readonly string[] = []): void {
    if (this.#isStream || !this.isOpen) return
    this.#isStream = true
    this.#response.writeHead(200, [...STREAM_HEADERS, ...headers])
    this.#response.flushHeaders()
  }

  /** One more message; the reply comes later. */
  tell(message: JsonObject): void {
    this.stream()
    this.#event(JSON.stringify(message))
  }

  /** Says something that means nothing, if nothing was said since this was asked before. */
  keepAlive(): void {
    if (this.#isStream && this.#isSilent) this.#write(': keep-alive\n\n')
    this.#isSilent = !this.#isSilent
  }

  /** The last message. */
  reply(message: JsonObject, status = 200, headers: readonly string[] = []): void {
    if (!this.isOpen) return
    const text = JSON.stringify(message)
    if (this.#isStream) {
      this.#event(text)
      this.#response.end()
      return
    }
    const length = Buffer.byteLength(text)
    this.bytes += length
    this.#response.writeHead(status, [...JSON_HEADERS, 'content-length', `${length}`, ...headers])
    this.#response.end(asWritten(text))
  }

  /** A whole result that was serialised before: `page` is what stands between its braces, `more` comes after it. */
  replyPage(id: RpcId, page: Buffer, more: string): void {
    if (!this.isOpen) return
    const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{`
    const tail = `${more}}}`
    const length = Buffer.byteLength(head) + page.length + tail.length
    this.bytes += length
    this.#response.cork() // one write of all, without a copy of the page
    this.#response.writeHead(200, [...JSON_HEADERS, 'content-length', `${length}`])
    this.#response.write(head)
    this.#response.write(page)
    this.#response.end(tail)
  }

  /** Nothing to say. */
  empty(status: number, headers: readonly string[] = []): void {
    if (this.isOpen) this.#response.writeHead(status, ['content-length', '0', ...headers]).end()
  }

  end(): void {
    if (this.isOpen) this.#response.end()
  }

  /** Calls `gone` when the client leaves before the answer is complete. */
  onceGone(gone: () => void): void {
    const closed = () => {
      if (!this.#response.writableFinished) gone()
    }
    if (this.#response.destroyed) closed()
    else this.#response.once('close', closed)
  }

  #event(text: string): void {
    if (!this.isOpen) return
    this.bytes += text.length
    this.#isSilent = false
    this.#write(`event: message\ndata: ${text}\n\n`)
  }

  #write(text: string): void {
    // Who does not read is cut off, before what waits for it takes our memory: not all that is told comes from who can wait.
    if (this.#response.writableLength > MOST_UNREAD_BYTES) this.cut()
    else this.#response.write(asWritten(text))
  }
}

const MOST_UNREAD_BYTES = 16 * 1024 * 1024
/** More than one piece of what a server says becomes; more than Node takes before it tells when the client caught up. */
const MOST_AHEAD_BYTES = 256 * 1024

const JSON_HEADERS = ['content-type', 'application/json']
const STREAM_HEADERS = ['content-type', 'text/event-stream', 'cache-control', 'no-cache, no-transform']
