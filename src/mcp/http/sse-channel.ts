import type { JsonObject } from '../../core/capabilities.ts'
import {
  CHECK_LIMITS,
  type Channel,
  type Dialect,
  type ExchangeListener,
  type Limits,
  type Reply,
  type RequestOptions,
  type RpcId,
  UpstreamFault,
} from '../channel.ts'
import { faultOf } from '../failures.ts'
import { parseBounded } from '../json-bounds.ts'
import { answerTo, isTakenUp, listenerTo, MOST_ASKED, readMessages } from '../json-rpc.ts'
import type { StreamEvent } from './event-stream.ts'
import { AcknowledgementReader } from './http-reply.ts'
import { type HttpChannelDeps, HttpSender } from './http-sender.ts'
import { SseStreamReader } from './sse-stream.ts'

type Waiting = {
  readonly limits: Limits
  readonly hears: ExchangeListener | undefined
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

/** One event stream, from its GET to its end. */
type Stream = { readonly controller: AbortController; readonly reader: SseStreamReader; path: string | undefined }

/** The HTTP+SSE transport of 2024-11-05: one long event stream in, a POST per message out to the path it names. */
export class SseChannel implements Channel {
  readonly #deps: HttpChannelDeps
  readonly #sender: HttpSender
  readonly #waiting = new Map<number, Waiting>()
  #stream: Stream | undefined
  #dialect: Dialect | undefined
  #lastId = 0
  #asked = 0

  constructor(deps: HttpChannelDeps) {
    this.#deps = deps
    this.#sender = new HttpSender(deps)
  }

  get keepsSession(): boolean {
    return this.alive
  }

  get alive(): boolean {
    return this.#stream?.path !== undefined
  }

  speak(dialect: Dialect): void {
    this.#dialect = dialect
  }

  /** Opens the stream and waits for the event that names where to POST. */
  async open(options: RequestOptions): Promise<void> {
    if (this.alive) return
    this.#stream?.controller.abort(this.#reset('again'))
    const ready = Promise.withResolvers<void>()
    const stream: Stream = {
      controller: new AbortController(),
      reader: this.#readerFor(options, ready.resolve),
      path: undefined,
    }
    this.#stream = stream
    const onAbort = () => stream.controller.abort(options.signal.reason)
    options.signal.addEventListener('abort', onAbort)
    if (options.signal.aborted) onAbort()
    const headers = [...this.#sender.headers, 'accept', 'text/event-stream']
    const request = { method: 'GET', path: this.#deps.url.pathname + this.#deps.url.search, headers } as const
    const lost = (error: unknown) => {
      stream.reader.letGo()
      this.#lose(stream, error)
      ready.reject(error)
    }
    this.#sender
      .sendFresh(request, stream.reader, { ...options, signal: stream.controller.signal })
      .then(() => lost(this.#reset('at the end of its event stream')), lost)
    try {
      await ready.promise
    } finally {
      options.signal.removeEventListener('abort', onAbort)
    }
  }

  async request(method: string, params: JsonObject, options: RequestOptions): Promise<Reply> {
    const id = ++this.#lastId
    const sending = new AbortController()
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const onAbort = () => reject(options.signal.reason)
    options.signal.addEventListener('abort', onAbort)
    if (options.signal.aborted) onAbort()
    this.#waiting.set(id, { limits: options.limits, hears: options.hears, resolve, reject })
    this.#asked = 0
    this.#stream?.reader.resetCount()
    const message = { jsonrpc: '2.0', id, method, params }
    options.sent?.(message)
    this.#post(message, { ...options, signal: sending.signal }).catch(reject)
    try {
      return await promise
    } catch (error) {
      if (options.signal.aborted && method === 'tools/call') this.#cancel(id)
      // The session is the stream: without the one the other is of no use.
      if (error instanceof UpstreamFault && error.sessionLost) this.#stream?.controller.abort(error)
      throw error
    } finally {
      this.#waiting.delete(id)
      options.signal.removeEventListener('abort', onAbort)
      sending.abort(new Error('the reply is known'))
    }
  }

  async notify(method: string, params: JsonObject, options: RequestOptions): Promise<void> {
    await this.#post({ jsonrpc: '2.0', method, params }, options)
  }

  async close(): Promise<void> {
    this.#stream?.controller.abort(this.#reset('as we asked'))
    this.#sender.close()
  }

  async #post(message: JsonObject, options: RequestOptions): Promise<void> {
    const path = this.#stream?.path
    if (path === undefined) throw this.#reset('before the request was sent')
    const version = this.#dialect === undefined ? [] : ['mcp-protocol-version', this.#dialect.protocolVersion]
    const more = Object.entries(options.headers ?? {}).flat()
    const headers = [...this.#sender.headers, 'content-type', 'application/json', ...version, ...more]
    const site = this.#sender.site(options)
    const request = { method: 'POST', path, headers, body: JSON.stringify(message) } as const
    const repeatable = message.method !== 'tools/call'
    const isRequest = message.id !== undefined && message.method !== undefined
    await this.#sender.send(request, () => new AcknowledgementReader(site, true, isRequest), options, repeatable)
  }

  #readerFor(options: RequestOptions, ready: () => void): SseStreamReader {
    const site = this.#sender.site(options)
    return new SseStreamReader({
      site,
      memory: this.#deps.means.answers,
      maxBytes: () =>
        [...this.#waiting.values()].reduce((sum, { limits }) => sum + limits.maxBytes, CHECK_LIMITS.maxBytes),
      happened: (event) => {
        if (event.type === 'endpoint') this.#onEndpoint(event.data, ready)
        else if (event.type === 'message' && event.data !== '') this.#onMessage(event)
      },
    })
  }

  /** The first endpoint counts, and only on the server's own origin: nobody but it gets the credentials. */
  #onEndpoint(data: string, ready: () => void): void {
    const stream = this.#stream
    if (stream === undefined || stream.path !== undefined) return
    const { url, where } = this.#deps
    const endpoint = URL.parse(data, url)
    if (endpoint === null || endpoint.origin !== url.origin) {
      const detail = 'the endpoint it names is not on its own origin'
      throw faultOf('address_not_allowed', {
        stage: 'handshake',
        where,
        detail,
        nextAction: 'Correct the server, or its URL.',
      })
    }
    stream.path = endpoint.pathname + endpoint.search
    ready()
  }

  #onMessage(event: StreamEvent): void {
    const maxDepth = Math.max(
      CHECK_LIMITS.maxDepth,
      ...[...this.#waiting.values()].map(({ limits }) => limits.maxDepth),
    )
    const limits = { maxBytes: Number.MAX_SAFE_INTEGER, maxDepth } // bytes were counted as they came
    const json = parseBounded(event.data, limits, `The answer of ${this.#deps.where}`)
    for (const message of readMessages(json)) {
      if (message === undefined) throw this.#invalid('an event is not JSON-RPC 2.0')
      if (message.kind === 'notification') this.#notified(message.method, message.params)
      else if (message.kind === 'request') this.#onAsked(message.id, message.method, message.params)
      else this.#onReply(message.id, message.reply)
    }
  }

  /** A reply to a request given up on comes late and is nobody's; one to a request never made is a fault. */
  #onReply(id: string | number | undefined, reply: Reply): void {
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined
    if (waiting !== undefined) {
      this.#stream?.reader.resetCount()
      waiting.resolve(reply)
      return
    }
    if (typeof id !== 'number' || id < 1 || id > this.#lastId) throw this.#invalid('a reply to a request nobody made')
  }

  answer(id: RpcId, reply: Reply): void {
    this.#say({ jsonrpc: '2.0', id, ...reply })
  }

  #notified(method: string, params: JsonObject): void {
    const listener = listenerTo(method, params, this.#waiting.values()) ?? this.#deps.listener
    listener.notified(method, params)
  }

  #onAsked(id: RpcId, method: string, params: JsonObject): void {
    if (isTakenUp(id, method, params, this.#waiting.values())) return
    if (this.#deps.listener.asked?.(id, method, params) === true) return
    if (this.#asked++ < MOST_ASKED) this.#say(answerTo(id, method))
  }

  #say(message: JsonObject): void {
    void this.#sender.aside((options) => this.#post(message, options))
  }

  #cancel(requestId: number): void {
    if (!this.alive) return
    const params = { requestId, reason: 'The caller left or the deadline passed' }
    void this.#sender.aside((options) => this.notify('notifications/cancelled', params, options))
  }

  /** The end of `stream`: whoever waits for a reply on it gets none. */
  #lose(stream: Stream, error: unknown): void {
    if (this.#stream !== stream) return
    this.#stream = undefined
    for (const waiting of this.#waiting.values()) waiting.reject(error)
  }

  #reset(when: string): UpstreamFault {
    return faultOf('connection_reset', { stage: 'handshake', where: this.#deps.where, detail: when })
  }

  #invalid(detail: string): UpstreamFault {
    return faultOf('invalid_response', { stage: 'handshake', where: this.#deps.where, detail })
  }
}
