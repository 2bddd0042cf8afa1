import type { IncomingHttpHeaders } from 'node:http'
import { type Dispatcher, errors } from 'undici'
import type { Stage } from '../../core/check.ts'
import type { Clock, Instant } from '../../core/clock.ts'
import { type ByteBudget, MemoryShare } from '../byte-budget.ts'
import { type AnswerSource, type RequestOptions, UpstreamFault } from '../channel.ts'
import type { Deadlines, Timed } from '../deadlines.ts'
import { errorCode, faultOf, inconclusive, ownShortage } from '../failures.ts'
import type { HttpConnection } from './http-connections.ts'

export type HttpRequest = {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly path: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body?: string
}

/** Makes something of an answer while it arrives. Each method may throw an UpstreamFault, which ends the exchange. */
export interface AnswerReader<T> {
  /** What it keeps of what arrived. */
  readonly keptBytes: number
  /** A value says that all is known already; the rest of the answer then only matters to the connection. */
  start(status: number, headers: IncomingHttpHeaders): T | undefined
  data(piece: Buffer, source: AnswerSource): T | undefined
  end(): T
  /**
   * An answer that broke off may go on elsewhere: then `waiter` is told there how it ends, and what this returns stops
   * it. Undefined when it does not.
   */
  goOn?(fault: Error, waiter: Waiter<T>): Stop | undefined
}

export type Stop = (reason: Error) => void

/** What all exchanges with one server have in common. */
export type ExchangeDeps = {
  readonly clock: Clock
  readonly where: string
  readonly means: { readonly answers: ByteBudget }
  /** Has each look now and then at what came. */
  readonly lookout: Deadlines
}

export type SendOptions = Pick<RequestOptions, 'trace' | 'signal' | 'firstByteMs'>

/** Who waits for what an exchange comes to: told once, and does not throw. */
export interface Waiter<T> {
  replied(value: T): void
  failed(error: unknown): void
}

/** What may still come after the reply before the connection is given up, in bytes and in time. */
const LINGER_BYTES = 16 * 1024
const LINGER_MS = 1_000
/** Bytes that may come without being part of an answer, such as chunk extensions; looked at once a second. */
const MOST_USELESS_BYTES = 1024 * 1024
const LOOK_MS = 1_000
/** Interim answers (1xx) before the real one. */
const MOST_INTERIMS = 100

/** Sends one request on a connection of its own. @throws UpstreamFault; the connection is not clean then. */
export function exchange<T>(
  connection: HttpConnection,
  request: HttpRequest,
  reader: AnswerReader<T>,
  deps: ExchangeDeps,
  options: SendOptions,
): Promise<T> {
  const { signal } = options
  return new Promise<T>((resolve, reject) => {
    const settled = () => signal.removeEventListener('abort', onAbort)
    const waiter: Waiter<T> = {
      replied: (value) => {
        settled()
        resolve(value)
      },
      failed: (error) => {
        settled()
        reject(error)
      },
    }
    const begun = new Exchange(connection, reader, deps, options, waiter)
    const onAbort = () => begun.stop(signal.reason)
    signal.addEventListener('abort', onAbort)
    begun.send(request)
    if (signal.aborted) onAbort()
  })
}

const nothing = (): void => {}

/** As undici hands them over: a header that came twice is a list, whatever its name. */
type WireHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Each header as one text, joined as RFC 9110 (section 5.3) joins the lines of a field. */
function singleValued(headers: WireHeaders): IncomingHttpHeaders {
  if (areSingle(headers)) return headers
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}

/** Nearly always. */
function areSingle(headers: WireHeaders): headers is Readonly<Record<string, string | undefined>> {
  for (const name in headers) if (Array.isArray(headers[name])) return false
  return true
}

/** One request and its answer, on a connection that carries nothing else meanwhile. */
export class Exchange<T> implements Dispatcher.DispatchHandler, Timed, AnswerSource {
  readonly #reader: AnswerReader<T>
  readonly #connection: HttpConnection
  readonly #deps: ExchangeDeps
  readonly #waiter: Waiter<T>
  readonly #stage: Stage
  readonly #firstByteMs: number | undefined
  #controller: Dispatcher.DispatchController | undefined
  #stopTimer: () => void
  /** Of what goes on elsewhere. */
  #stopRest: Stop | undefined
  #state: 'waiting' | 'answering' | 'lingering' | 'over' = 'waiting'
  #lingered = 0
  #interims = 0
  readonly #share: MemoryShare
  /** What the socket had received when something of use came last. */
  #usefulAt: number
  /** When it looks again at what came. */
  endsAt: Instant
  place = -1

  constructor(
    connection: HttpConnection,
    reader: AnswerReader<T>,
    deps: ExchangeDeps,
    { trace, firstByteMs }: Pick<SendOptions, 'trace' | 'firstByteMs'>,
    waiter: Waiter<T>,
  ) {
    const { clock, means, lookout } = deps
    this.#connection = connection
    this.#reader = reader
    this.#deps = deps
    this.#waiter = waiter
    this.#stage = trace?.stage ?? 'handshake'
    this.#firstByteMs = firstByteMs
    this.#share = new MemoryShare(means.answers)
    this.#usefulAt = connection.socket.bytesRead
    this.#stopTimer = firstByteMs === undefined ? nothing : clock.after(firstByteMs, this.#onNoByte)
    this.endsAt = lookout.after(LOOK_MS)
    lookout.add(this)
  }

  send({ method, path, headers, body }: HttpRequest): void {
    this.#connection.client.dispatch({ method, path, headers: headers.slice(), body: body ?? null }, this)
  }

  /** Nobody waits for it any more; the waiter is told `reason`. */
  stop(reason: Error): void {
    this.#stopRest?.(reason)
    this.#giveUp(reason, reason)
  }

  pause(): void {
    this.#controller?.pause()
  }

  resume(): void {
    if (this.#state === 'answering') this.#controller?.resume()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: WireHeaders): void {
    if (this.#state !== 'waiting') return
    if (status < 200) {
      this.#wait()
      return
    }
    this.#stopTimer()
    this.#state = 'answering'
    try {
      this.#take(this.#reader.start(status, singleValued(headers)))
    } catch (error) {
      this.#stumble(error)
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.#usefulAt = this.#connection.socket.bytesRead
    if (this.#state === 'lingering') this.#linger(piece.length)
    if (this.#state !== 'answering') return
    try {
      const value = this.#reader.data(piece, this)
      if (this.#state === 'answering') this.#share.hold(this.#reader.keptBytes, this.#stage)
      this.#take(value)
    } catch (error) {
      this.#stumble(error)
    }
  }

  onResponseEnd(): void {
    if (this.#state === 'lingering') this.#finish()
    if (this.#state !== 'answering') return
    let value: T
    try {
      value = this.#reader.end()
    } catch (error) {
      this.#stumble(error)
      return
    }
    this.#end()
    this.#waiter.replied(value)
    // Last: who waited for the reply may send at once, and undici does not know yet whether this connection closes.
    this.#connection.release(true)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error)
  }

  #fail(error: Error): void {
    if (this.#settle(this.#translate(error))) this.#connection.release(false)
  }

  /** Rejects unless all is known. False when it was over already. */
  #settle(fault: Error): boolean {
    if (this.#state === 'over') return false
    const wasKnown = this.#state === 'lingering'
    this.#end()
    if (wasKnown) return true
    this.#stopRest = this.#reader.goOn?.(fault, this.#waiter)
    if (this.#stopRest === undefined) this.#waiter.failed(fault)
    return true
  }

  /** All is known once there is a value; then the rest of the answer may not take long. */
  #take(value: T | undefined): void {
    if (value === undefined) return
    this.#state = 'lingering'
    this.#share.letGo()
    this.#stopTimer = this.#deps.clock.after(LINGER_MS, () => this.#giveUp(new Error('nothing more is expected')))
    this.#waiter.replied(value)
  }

  #stumble(error: unknown): void {
    this.#giveUp(error instanceof Error ? error : new Error('thrown without an error', { cause: error }))
  }

  #linger(bytes: number): void {
    this.#lingered += bytes
    if (this.#lingered > LINGER_BYTES) this.#giveUp(new Error('more came than is expected'))
  }

  /** A server may say that it works on it, but not for ever. */
  #wait(): void {
    if (++this.#interims <= MOST_INTERIMS) return
    this.#giveUp(faultOf('invalid_response', { ...this.#site, detail: 'it goes on announcing an answer' }))
  }

  /** What the parser swallows without a word is bounded too. */
  expire(): void {
    const useless = this.#connection.socket.bytesRead - this.#usefulAt
    this.endsAt = this.#deps.lookout.after(LOOK_MS)
    if (useless <= MOST_USELESS_BYTES) return
    const detail = `${useless} bytes that are no part of it`
    this.#giveUp(faultOf('response_too_large', { ...this.#site, detail }))
  }

  /**
   * Ends the exchange here and now. The connection follows once undici's parser has returned: what we are called from
   * may be in the middle of a buffer, and an answer that ends there after its request was aborted ends this process.
   */
  #giveUp(reason: Error, fault = this.#translate(reason)): void {
    if (!this.#settle(fault)) return
    queueMicrotask(() => {
      this.#connection.release(false)
      this.#controller?.abort(reason)
    })
  }

  #finish(): void {
    this.#end()
    this.#connection.release(true)
  }

  #end(): void {
    this.#state = 'over'
    this.#share.letGo()
    this.#stopTimer()
    this.#deps.lookout.remove(this)
  }

  readonly #onNoByte = (): void => {
    this.#giveUp(faultOf('timeout', { ...this.#site, detail: `within ${(this.#firstByteMs ?? 0) / 1_000} s` }))
  }

  get #site() {
    return { stage: this.#stage, where: this.#deps.where }
  }

  #translate(cause: Error): Error {
    if (cause instanceof UpstreamFault) return cause
    const shortage = ownShortage(cause)
    if (shortage !== undefined) return inconclusive(this.#stage, shortage, cause)
    const code = errorCode(cause)
    if (code === 'UND_ERR_HEADERS_OVERFLOW') {
      return faultOf('response_too_large', { ...this.#site, detail: 'its headers', cause })
    }
    if (cause instanceof errors.HTTPParserError)
      return faultOf('invalid_response', { ...this.#site, detail: 'it is not HTTP', cause })
    const when = this.#state === 'waiting' ? 'before it answered' : 'in the middle of its answer'
    return faultOf('connection_reset', { ...this.#site, detail: when, cause })
  }
}
