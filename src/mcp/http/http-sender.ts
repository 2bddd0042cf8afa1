import type { Clock } from '../../core/clock.ts'
import { type ChannelListener, type RequestOptions, UpstreamFault } from '../channel.ts'
import type { Deadlines } from '../deadlines.ts'
import type { Means } from '../means.ts'
import type { Credentials } from './credentials.ts'
import type { Dialer } from './dialer.ts'
import { type HttpConnection, HttpConnections } from './http-connections.ts'
import {
  type AnswerReader,
  Exchange,
  exchange,
  type HttpRequest,
  type SendOptions,
  type Waiter,
} from './http-exchange.ts'
import type { AnswerSite } from './http-status.ts'

export type HttpChannelDeps = {
  readonly clock: Clock
  readonly dialer: Dialer
  /** Ends exchanges in time: one for all servers, since each that is looked after by itself has a timer. */
  readonly lookout: Deadlines
  readonly means: Means
  /** Resolved; userinfo goes into the credentials. */
  readonly url: URL
  /** How messages name this server. */
  readonly where: string
  readonly credentials: Credentials
  /** Removes the credentials from a text. */
  readonly redact: (text: string) => string
  readonly listener: ChannelListener
}

/** Messages nobody waits for (cancellations, answers to the server, the end of a session) get this long. */
const ASIDE_MS = 2_000

/** Sends HTTP requests to one server on its kept connections, with its credentials. */
export class HttpSender {
  readonly #deps: HttpChannelDeps
  readonly #connections: HttpConnections
  readonly #asides = new Set<AbortController>()
  /** Credentials as names and values in turn. */
  readonly headers: readonly string[]
  readonly #site: AnswerSite

  constructor(deps: HttpChannelDeps) {
    this.#deps = deps
    this.#connections = new HttpConnections(deps)
    this.headers = Object.entries(deps.credentials.headers).flat()
    const { where, redact } = deps
    this.#site = { where, stage: 'handshake', redact, hasCredentials: this.headers.length > 0 }
  }

  /** What faults in an answer to a request with `options` have to name. */
  site({ trace }: Pick<SendOptions, 'trace'>): AnswerSite {
    return trace === undefined ? this.#site : { ...this.#site, stage: trace.stage }
  }

  /** The connection that `sendOn` is to use; undefined when none idles. */
  takeIdle(): HttpConnection | undefined {
    return this.#connections.takeIdle()
  }

  /** Sends without a promise; nothing is sent again. */
  sendOn<T>(connection: HttpConnection, request: HttpRequest, reader: AnswerReader<T>, waiter: Waiter<T>): Exchange<T> {
    const begun = new Exchange(connection, reader, this.#deps, NOT_TIMED, waiter)
    begun.send(request)
    return begun
  }

  /**
   * Sends on a kept connection where there is one. A loss there says little, so what is `repeatable` is sent once more
   * on a fresh one. `reader` is asked for each attempt.
   */
  async send<T>(
    request: HttpRequest,
    reader: () => AnswerReader<T>,
    options: SendOptions,
    repeatable: boolean,
  ): Promise<T> {
    const connection = this.takeIdle() ?? (await this.#connections.take(options, false))
    try {
      return await exchange(connection, request, reader(), this.#deps, options)
    } catch (error) {
      if (!connection.reused || !repeatable || options.signal.aborted || !isLoss(error)) throw error
    }
    return this.sendFresh(request, reader(), options)
  }

  /** Sends on a connection of its own. */
  async sendFresh<T>(request: HttpRequest, reader: AnswerReader<T>, options: SendOptions): Promise<T> {
    return exchange(await this.#connections.take(options, true), request, reader, this.#deps, options)
  }

  /** Does `work` within its own short deadline; whether it succeeds matters to nobody. */
  async aside(work: (options: RequestOptions) => Promise<unknown>): Promise<void> {
    const controller = new AbortController()
    this.#asides.add(controller)
    const stop = this.#deps.clock.after(ASIDE_MS, () => controller.abort(new Error('took too long')))
    try {
      await work({ limits: ASIDE_LIMITS, trace: undefined, signal: controller.signal })
    } catch {
      // The upstream may be gone, which the next check will tell.
    } finally {
      stop()
      this.#asides.delete(controller)
    }
  }

  /** Ends what is under way beside the requests. */
  stopAsides(): void {
    for (const aside of this.#asides) aside.abort(new Error('the channel was closed'))
  }

  close(): void {
    this.stopAsides()
    this.#connections.close()
  }
}

const NOT_TIMED = { trace: undefined, firstByteMs: undefined } as const
const ASIDE_LIMITS = { maxBytes: 64 * 1024, maxDepth: 64 }

const isLoss = (error: unknown): boolean =>
  error instanceof UpstreamFault && (error.failure.code === 'connection_reset' || error.failure.code === 'timeout')
