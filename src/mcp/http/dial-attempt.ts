import type net from 'node:net'
import type { Stage } from '../../core/check.ts'
import type { Clock } from '../../core/clock.ts'
import type { Trace } from '../channel.ts'
import { errorCode, faultOf, inconclusive, ownShortage } from '../failures.ts'
import type { Trust } from './address-rules.ts'

/** How long name, connection and TLS may take together. */
export const CONNECT_TIMEOUT_MS = 3_000

export type DialOptions = {
  readonly trust: Trust
  /** How messages name the destination. */
  readonly where: string
  readonly trace: Trace | undefined
  readonly signal: AbortSignal
}

/** One dial: which stage it is in, since when, and what ends it early. */
export class DialAttempt {
  readonly #clock: Clock
  readonly #options: DialOptions
  readonly #gaveUp = Promise.withResolvers<never>()
  readonly #stopTimer: () => void
  #stage: Stage | undefined
  #since: number
  #reported = false
  #socket: net.Socket | undefined

  constructor(clock: Clock, options: DialOptions) {
    this.#clock = clock
    this.#options = options
    this.#since = clock.now()
    this.#gaveUp.promise.catch(() => {})
    this.#stopTimer = clock.after(CONNECT_TIMEOUT_MS, () => this.#gaveUp.reject(this.#timeout()))
    options.signal.addEventListener('abort', this.#onAbort)
    if (options.signal.aborted) this.#onAbort()
  }

  /** Ends the stage before as done, and begins the next. */
  enter(stage: Stage): void {
    if (this.#stage !== undefined && this.#stage !== stage) this.#report(true)
    if (this.#stage !== stage) this.#since = this.#clock.now()
    this.#stage = stage
    this.#options.trace?.enter?.(stage)
  }

  /** What `work` gives, unless the time is up or the caller leaves first. */
  async settles<T>(work: Promise<T>): Promise<T> {
    try {
      return await Promise.race([work, this.#gaveUp.promise])
    } catch (error) {
      throw this.#translate(error)
    }
  }

  async happens(socket: net.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
    this.#socket = socket
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onClose = () => reject(new Error('closed while connecting'))
    socket.on('error', ignore).once(event, resolve).once('error', reject).once('close', onClose)
    try {
      await this.settles(promise)
    } finally {
      socket.off(event, resolve).off('error', reject).off('close', onClose)
    }
  }

  succeeded<T extends net.Socket>(socket: T): T {
    this.#report(true)
    this.#socket = undefined
    return socket
  }

  /** Records the stage as failed; hands `fault` back to be thrown. */
  failed<T extends Error>(fault: T): T {
    if (!this.#reported) this.#report(false)
    this.#reported = true
    return fault
  }

  end(): void {
    this.#stopTimer()
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#socket?.destroy()
  }

  readonly #onAbort = (): void => this.#gaveUp.reject(this.#options.signal.reason)

  #report(ok: boolean): void {
    this.#options.trace?.add(this.#stage ?? 'connect', ok, this.#clock.now() - this.#since)
  }

  #timeout(): Error {
    const { where } = this.#options
    const within = `${CONNECT_TIMEOUT_MS / 1_000} s`
    return this.#stage === 'dns'
      ? faultOf('dns_failed', { stage: 'dns', where, detail: `no answer within ${within}` })
      : faultOf('connect_timeout', { stage: this.#stage ?? 'connect', where, detail: within })
  }

  #translate(error: unknown): unknown {
    if (!(error instanceof Error)) return error
    const stage = this.#stage ?? 'connect'
    if (error === this.#options.signal.reason || error.name === 'UpstreamFault') return this.failed(error)
    const shortage = ownShortage(error)
    if (shortage !== undefined) return this.failed(inconclusive(stage, shortage, error))
    return this.failed(faultOf(...refusal(stage, error, this.#options.where)))
  }
}

/** Stays: a late error of a socket that nobody listens to would end the process. */
const ignore = (): void => {}

function refusal(stage: Stage, cause: Error, where: string): Parameters<typeof faultOf> {
  const code = errorCode(cause)
  if (stage === 'dns') return ['dns_failed', { stage, where, detail: code || 'no address', cause }]
  if (stage === 'tls') return ['tls_failed', { stage, where, detail: tlsDetail(code, cause), cause }]
  if (code === 'ETIMEDOUT') return ['connect_timeout', { stage, where, detail: 'the time the system allows', cause }]
  if (code === 'ECONNRESET') return ['connection_reset', { stage, where, detail: 'while connecting', cause }]
  return ['connect_refused', { stage, where, detail: code === 'ECONNREFUSED' ? '' : code, cause }]
}

const TLS_DETAILS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in a self-signed certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not known here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ECONNRESET: 'the connection was closed during the TLS handshake',
  EPROTO: 'it does not speak TLS there',
}

const tlsDetail = (code: string, cause: Error): string =>
  TLS_DETAILS[code] ??
  (code.startsWith('ERR_SSL_WRONG_VERSION') ? 'it does not speak TLS there' : code || cause.message)
