import type { JsonObject } from '../../core/capabilities.ts'
import {
  CALL_LIMITS,
  type Channel,
  type Dialect,
  type Reply,
  type RequestOptions,
  type RpcId,
  type ToolCaller,
} from '../channel.ts'
import { answerTo } from '../json-rpc.ts'
import { unlessAborted } from '../unless-aborted.ts'
import { nameHeader } from './header-values.ts'
import type { HttpRequest, Stop, Waiter } from './http-exchange.ts'
import { AcknowledgementReader, type Broken, ReplyReader } from './http-reply.ts'
import { type HttpChannelDeps, HttpSender } from './http-sender.ts'
import { StandingStream } from './standing-stream.ts'

/** Streamable HTTP: each message is a POST of its own, answered as JSON or as an event stream. */
export class HttpChannel implements Channel {
  readonly #deps: HttpChannelDeps
  readonly #sender: HttpSender
  readonly #path: string
  readonly #standing: StandingStream
  #dialect: Dialect | undefined
  #session: string | undefined
  /** The headers of every message, once it is known how to speak. */
  #common: readonly string[] | undefined
  #lastId = 0
  #closed = false

  constructor(deps: HttpChannelDeps) {
    this.#deps = deps
    this.#sender = new HttpSender(deps)
    this.#path = deps.url.pathname + deps.url.search
    this.#standing = new StandingStream({
      clock: deps.clock,
      sender: this.#sender,
      places: deps.means.streams,
      where: deps.where,
      notified: deps.listener.notified,
      asked: (asker, method, params) => {
        if (deps.listener.asked?.(asker, method, params) !== true) this.#say(answerTo(asker, method))
      },
    })
  }

  get keepsSession(): boolean {
    return this.#session !== undefined
  }

  get listens(): boolean {
    return this.#standing.isTried
  }

  get alive(): boolean {
    return !this.#closed
  }

  async open(): Promise<void> {}

  /** A stream belongs to what was agreed before. */
  speak(dialect: Dialect): void {
    this.#dialect = dialect
    this.#common = undefined
    this.#standing.close()
  }

  async listen(params: JsonObject | undefined, anew = false): Promise<JsonObject | undefined> {
    if (params === undefined) this.#standing.close()
    if (params === undefined || this.#closed) return undefined
    const isModern = this.#dialect?.era === 'modern'
    // A legacy server is not told what is wanted.
    return this.#standing.open(() => this.#listening(params), { anew: anew && isModern, isAcknowledged: isModern })
  }

  async request(method: string, params: JsonObject, options: RequestOptions): Promise<Reply> {
    const id = ++this.#lastId
    if (method === 'initialize') this.#inSession(undefined)
    const message = { jsonrpc: '2.0', id, method, params }
    const body = JSON.stringify(message)
    options.sent?.(message)
    const headers = this.#headersFor(method, params, options.headers)
    // That it was lost may be found out while this waits for a connection.
    const hasSession = this.#session !== undefined
    let reader: ReplyReader | undefined
    const nextReader = () => {
      reader = this.#readerFor(id, options, hasSession)
      return reader
    }
    try {
      const request = { method: 'POST', path: this.#path, headers, body } as const
      const reply = await this.#sender.send(request, nextReader, options, method !== 'tools/call')
      if (method === 'initialize' && 'result' in reply) this.#inSession(sessionOf(reader))
      return reply
    } catch (error) {
      if (options.signal.aborted && method === 'tools/call') this.#cancel(id)
      throw error
    }
  }

  callNow(params: JsonObject, caller: ToolCaller, more: RequestOptions['headers']): boolean {
    const connection = this.#sender.takeIdle()
    if (connection === undefined) return false
    const id = ++this.#lastId
    const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })
    const headers = this.#headersFor('tools/call', params, more)
    const options = { limits: CALL_LIMITS, hears: caller, trace: undefined }
    const reader = this.#readerFor(id, options, this.#session !== undefined)
    const call = this.#sender.sendOn(connection, { method: 'POST', path: this.#path, headers, body }, reader, caller)
    caller.begun((reason) => {
      call.stop(reason)
      this.#cancel(id)
    })
    return true
  }

  async notify(method: string, params: JsonObject, options: RequestOptions): Promise<void> {
    const body = JSON.stringify({ jsonrpc: '2.0', method, params })
    await this.#acknowledged('POST', this.#headersFor(method, params, options.headers), body, options)
  }

  /** Ends the session at the server too, if it gave one out; that may take 2 s. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#standing.close()
    this.#sender.stopAsides()
    if (this.#session !== undefined) {
      const headers = [...this.#sender.headers, ...this.#dialectHeaders()]
      await this.#sender.aside((options) => this.#acknowledged('DELETE', headers, undefined, options))
    }
    this.#sender.close()
  }

  /** A legacy server tells everything to who sends GET, a modern one what it was asked for. */
  #listening(params: JsonObject): HttpRequest {
    if (this.#dialect?.era !== 'modern') {
      return { method: 'GET', path: this.#path, headers: this.#listenHeaders() }
    }
    const method = 'subscriptions/listen'
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++this.#lastId, method, params })
    return { method: 'POST', path: this.#path, headers: this.#headersFor(method, params), body }
  }

  #listenHeaders(): readonly string[] {
    return [...this.#sender.headers, 'accept', 'text/event-stream', ...this.#dialectHeaders()]
  }

  #inSession(session: string | undefined): void {
    this.#session = session
    this.#common = undefined
  }

  #readerFor(
    id: number,
    options: Pick<RequestOptions, 'limits' | 'hears' | 'trace'>,
    hasSession: boolean,
  ): ReplyReader {
    return new ReplyReader({
      id,
      limits: options.limits,
      site: this.#sender.site(options),
      hasSession,
      hears: options.hears,
      listener: this.#deps.listener,
      refuse: this.#refuse,
      resume: this.#resume,
    })
  }

  /** As revisions before 2026-07-28 have it. What was broken stays so when the rest cannot be had. */
  readonly #resume = (broken: Broken, reader: ReplyReader, waiter: Waiter<Reply>): Stop | undefined => {
    if (this.#dialect?.era !== 'legacy' || this.#closed || !/^[\x21-\x7e]{1,1024}$/.test(broken.lastEventId)) {
      return undefined
    }
    const controller = new AbortController()
    const { signal } = controller
    this.#restOf(broken, reader, signal).then(
      (reply) => waiter.replied(reply),
      () => waiter.failed(signal.aborted ? signal.reason : broken.fault),
    )
    return (reason) => controller.abort(reason)
  }

  async #restOf({ lastEventId, retryMs }: Broken, reader: ReplyReader, signal: AbortSignal): Promise<Reply> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const pauseMs = Math.min(Math.max(retryMs ?? RESUME_MS, LEAST_RESUME_MS), MOST_RESUME_MS)
    const stop = this.#deps.clock.after(pauseMs, resolve)
    await unlessAborted(promise, signal).finally(stop)
    const headers = [...this.#listenHeaders(), 'last-event-id', lastEventId]
    const request = { method: 'GET', path: this.#path, headers } as const
    return this.#sender.sendFresh(request, reader, { trace: undefined, signal })
  }

  readonly #refuse = (asker: RpcId, method: string): void => this.#say(answerTo(asker, method))

  async #acknowledged(
    method: 'POST' | 'DELETE',
    headers: readonly string[],
    body: string | undefined,
    options: RequestOptions,
  ): Promise<void> {
    const request = { method, path: this.#path, headers, ...(body !== undefined && { body }) }
    const site = this.#sender.site(options)
    const hasSession = this.#session !== undefined
    await this.#sender.send(request, () => new AcknowledgementReader(site, hasSession), options, true)
  }

  #headersFor(method: string, params: JsonObject, more?: RequestOptions['headers']): readonly string[] {
    if (method === 'initialize') return [...this.#sender.headers, ...POST_HEADERS]
    this.#common ??= [...this.#sender.headers, ...POST_HEADERS, ...this.#dialectHeaders()]
    const isModern = this.#dialect?.era === 'modern'
    if (!isModern && more === undefined) return this.#common
    const headers = [...this.#common]
    const name = isModern ? nameHeader(method, params) : undefined
    if (isModern) headers.push('mcp-method', method)
    if (name !== undefined) headers.push('mcp-name', name)
    for (const [header, value] of Object.entries(more ?? {})) headers.push(header, value)
    return headers
  }

  #dialectHeaders(): readonly string[] {
    const version = this.#dialect === undefined ? [] : ['mcp-protocol-version', this.#dialect.protocolVersion]
    return this.#session === undefined ? version : [...version, 'mcp-session-id', this.#session]
  }

  answer(id: RpcId, reply: Reply): void {
    this.#say({ jsonrpc: '2.0', id, ...reply })
  }

  #say(message: JsonObject): void {
    const headers = [...this.#sender.headers, ...POST_HEADERS, ...this.#dialectHeaders()]
    const body = JSON.stringify(message)
    void this.#sender.aside((options) => this.#acknowledged('POST', headers, body, options))
  }

  /** Legacy servers go on working until they are told; to modern ones the closed connection says it. */
  #cancel(requestId: number): void {
    if (this.#dialect?.era !== 'legacy' || this.#closed) return
    const params = { requestId, reason: 'The caller left or the deadline passed' }
    void this.#sender.aside((options) => this.notify('notifications/cancelled', params, options))
  }
}

/** After a break, when the server does not say; and whatever it says, at least and at most. */
const RESUME_MS = 1_000
const LEAST_RESUME_MS = 100
const MOST_RESUME_MS = 300_000

const POST_HEADERS = ['content-type', 'application/json', 'accept', 'application/json, text/event-stream']

/** The session the server gave out with its answer to `initialize`. */
function sessionOf(reader: ReplyReader | undefined): string | undefined {
  const session = reader?.headers['mcp-session-id']
  return typeof session === 'string' && /^[\x21-\x7e]{1,1024}$/.test(session) ? session : undefined
}
