import type { IncomingHttpHeaders } from 'node:http'
import type { Json } from '../../core/capabilities.ts'
import { ByteBuffer } from '../byte-buffer.ts'
import {
  type AnswerSource,
  type ChannelListener,
  type ExchangeListener,
  type FaultDetails,
  type Limits,
  type Reply,
  type RpcId,
  UpstreamFault,
} from '../channel.ts'
import { faultOf } from '../failures.ts'
import { parseBounded } from '../json-bounds.ts'
import { INVALID_PARAMS, type Incoming, LIST_CHANGED, MOST_ASKED, readMessages } from '../json-rpc.ts'
import { printable } from '../printable.ts'
import { EventStreamParser } from './event-stream.ts'
import type { AnswerReader, Stop, Waiter } from './http-exchange.ts'
import { type AnswerSite, faultOfHead, statusFault } from './http-status.ts'

export type Expected = {
  readonly id: number
  readonly limits: Limits
  readonly site: AnswerSite
  /** The request named a session, which may be gone. */
  readonly hasSession: boolean
  /** Hears what belongs to this request; absent: its notifications are told like any others, and its questions refused. */
  readonly hears: ExchangeListener | undefined
  readonly listener: Pick<ChannelListener, 'notified'>
  /** Answers what the upstream asks on the stream of the answer, and nobody is going to. */
  readonly refuse: (id: RpcId, method: string) => void
  /** Asks for the rest of a stream, for the same reader; undefined when the server has none to give. */
  readonly resume: (broken: Broken, reader: ReplyReader, waiter: Waiter<Reply>) => Stop | undefined
}

/** A stream that broke off with this fault before the reply, but for which the server keeps what comes after an event. */
export type Broken = {
  readonly fault: UpstreamFault
  readonly lastEventId: string
  readonly retryMs: number | undefined
}

/** An error body larger than this says nothing more. */
const ERROR_BODY_BYTES = 64 * 1024

/** What an event counts at least towards the bytes that are taken: reading a tiny one costs more than its bytes. */
export const EVENT_COST = 256

/** As bytes; a piece of one byte costs as much work as one of many. */
export const costOf = (piece: Buffer): number => Math.max(piece.length, 64)

/** Reads the answer to one JSON-RPC request: a JSON body, or an event stream up to the reply. */
export class ReplyReader implements AnswerReader<Reply> {
  readonly #expected: Expected
  readonly #body = new ByteBuffer()
  /** Of a stream. */
  #events: EventStreamParser | undefined
  /** The stream ended as it should, without the reply. */
  #isCutShort = false
  #isError = false
  #status = 0
  #received = 0
  #asked = 0
  /** Of the answer, once it started. */
  headers: IncomingHttpHeaders = {}

  constructor(expected: Expected) {
    this.#expected = expected
  }

  start(status: number, headers: IncomingHttpHeaders): undefined {
    const { site, limits } = this.#expected
    this.#status = status
    this.#isCutShort = false
    this.#events = undefined
    this.headers = headers
    const fault = faultOfHead(status, headers, site)
    if (fault !== undefined) throw fault
    if (status >= 400) {
      this.#isError = true
      return
    }
    const type = mediaType(headers)
    if (type === 'text/event-stream') this.#events = new EventStreamParser()
    else if (type !== 'application/json' && type !== '')
      throw this.#invalid(`content of type ${printable(site.redact(type), 50)}`)
    if (Number(headers['content-length'] ?? 0) > limits.maxBytes) throw this.#tooLarge()
  }

  get keptBytes(): number {
    return this.#body.length + (this.#events?.pendingBytes ?? 0)
  }

  data(piece: Buffer, source: AnswerSource): Reply | undefined {
    this.#received += costOf(piece)
    if (this.#isError) {
      if (this.#received > ERROR_BODY_BYTES) throw this.#refusal(undefined)
      this.#body.append(piece)
      return undefined
    }
    if (this.#received > this.#expected.limits.maxBytes) throw this.#tooLarge()
    if (this.#events === undefined) {
      this.#body.append(piece)
      return undefined
    }
    let reply: Reply | undefined
    for (const event of this.#events.push(piece)) {
      this.#received += EVENT_COST
      if (event.type === 'message' && event.data !== '') reply = this.#find(this.#parse(event.data), reply)
    }
    if (reply === undefined) this.#expected.hears?.keepPace?.(source)
    return reply
  }

  end(): Reply {
    if (this.#isError) return this.#errorReply()
    if (this.#events !== undefined) {
      this.#isCutShort = true
      throw this.#invalid('its event stream ended without the reply')
    }
    if (this.#body.length === 0) throw this.#invalid(`HTTP ${this.#status} without a body`)
    const reply = this.#find(this.#parse(this.#body.take()), undefined)
    if (reply === undefined) throw this.#invalid('its answer holds no reply')
    return reply
  }

  goOn(fault: Error, waiter: Waiter<Reply>): Stop | undefined {
    const { lastId, retryMs } = this.#events ?? {}
    if (lastId === undefined || !(fault instanceof UpstreamFault)) return undefined
    if (!this.#isCutShort && fault.failure.code !== 'connection_reset') return undefined
    return this.#expected.resume({ fault, lastEventId: lastId, retryMs }, this, waiter)
  }

  /** The reply to our id among `json`; `found` is one found before. */
  #find(json: Json, found: Reply | undefined): Reply | undefined {
    let reply = found
    for (const message of readMessages(json)) {
      const next = this.#take(message)
      if (next !== undefined && reply !== undefined) throw this.#invalid('more than one reply to one request')
      reply ??= next
    }
    return reply
  }

  #take(message: Incoming | undefined): Reply | undefined {
    if (message === undefined) throw this.#invalid('its answer is not JSON-RPC 2.0')
    if (message.kind === 'notification') {
      const { hears, listener } = this.#expected
      const hearer = LIST_CHANGED.has(message.method) ? listener : (hears ?? listener)
      hearer.notified(message.method, message.params)
      return undefined
    }
    if (message.kind === 'request') {
      const { hears, refuse } = this.#expected
      const isAnswered = hears?.asked(message.id, message.method, message.params) ?? false
      if (!isAnswered && this.#asked++ < MOST_ASKED) refuse(message.id, message.method)
      return undefined
    }
    if (message.id !== undefined && message.id !== this.#expected.id) throw this.#invalid('a reply to another request')
    return message.reply
  }

  /** A 4xx: alive when its body is a JSON-RPC error, unless the session it was for is gone. */
  #errorReply(): Reply {
    let reply: Reply | undefined
    try {
      reply = this.#find(this.#parse(this.#body.take()), undefined)
    } catch (cause) {
      throw this.#refusal(undefined, cause)
    }
    if (reply === undefined || 'result' in reply || this.#isSessionLost(reply)) throw this.#refusal(reply)
    return reply
  }

  #refusal(reply: Reply | undefined, cause?: unknown): UpstreamFault {
    const { site } = this.#expected
    if (!this.#isSessionLost(reply)) return statusFault(this.#status, site)
    return sessionLost(this.#status, site, { cause, ...(reply && 'error' in reply && { reply }) })
  }

  /** By the specification 404 says so. Many servers say it with 400, in words, or with nothing that is JSON-RPC. */
  #isSessionLost(reply: Reply | undefined): boolean {
    if (!this.#expected.hasSession) return false
    if (this.#status === 400) return reply === undefined || 'result' in reply || isOfSession(reply.error)
    return this.#status === 404
  }

  #parse(text: string): Json {
    const { limits, site } = this.#expected
    return parseBounded(text, limits, `The answer of ${site.where}`, site.stage)
  }

  #invalid(detail: string): UpstreamFault {
    const { stage, where } = this.#expected.site
    return faultOf('invalid_response', { stage, where, detail })
  }

  #tooLarge(): UpstreamFault {
    const { site, limits } = this.#expected
    const detail = `more than ${limits.maxBytes} bytes`
    return faultOf('response_too_large', { stage: site.stage, where: site.where, detail })
  }
}

/**
 * What SDKs and servers answer with 400 for a session they do not know: "No valid session ID provided", "Invalid or
 * missing session ID", "Session not found", "Unknown Mcp-Session-Id header", "Server not initialized".
 */
const isOfSession = ({ code, message }: { readonly code: number; readonly message: string }): boolean =>
  code !== INVALID_PARAMS && /\bsession|not initialized/i.test(message)

const mediaType = (headers: IncomingHttpHeaders): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** Reads the answer to a message that gets no reply here: only its status matters. */
export class AcknowledgementReader implements AnswerReader<true> {
  readonly keptBytes = 0
  readonly #site: AnswerSite
  readonly #hasSession: boolean
  readonly #mustBeAccepted: boolean

  /** `mustBeAccepted`: the reply to it comes elsewhere, and never will after a 4xx. */
  constructor(site: AnswerSite, hasSession: boolean, mustBeAccepted = false) {
    this.#site = site
    this.#hasSession = hasSession
    this.#mustBeAccepted = mustBeAccepted
  }

  start(status: number, headers: IncomingHttpHeaders): true {
    const fault = faultOfHead(status, headers, this.#site)
    if (fault !== undefined) throw fault
    if (this.#hasSession && status === 404) throw sessionLost(status, this.#site)
    if (this.#mustBeAccepted && status >= 400) throw statusFault(status, this.#site)
    return true
  }

  data(): undefined {}

  end(): true {
    return true
  }
}

const sessionLost = (status: number, { stage, where }: AnswerSite, more: FaultDetails = {}): UpstreamFault =>
  faultOf('http_status', {
    stage,
    where,
    detail: `${status} to a session it gave out`,
    httpStatus: status,
    sessionLost: true,
    ...more,
  })
