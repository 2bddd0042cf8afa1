import type { Socket } from 'node:net'
import { Client } from 'undici'
import type { RequestOptions, UpstreamFault } from '../channel.ts'
import { faultOf } from '../failures.ts'
import type { Dialer } from './dialer.ts'

/** How long a connection may idle when the server gives no hint: long enough to last from check to check. */
const IDLE_MS = 90_000
const MOST_IDLE = 64

/** One connection that is in use. */
export type HttpConnection = {
  readonly client: Client
  readonly socket: Socket
  /** True when it has carried an exchange before: it may have died unnoticed. */
  readonly reused: boolean
}

type Deps = {
  readonly dialer: Dialer
  readonly url: URL
  readonly where: string
}

/** The connections to one server, shared with no other: dialled one by one, kept while they idle. */
export class HttpConnections {
  readonly #deps: Deps
  readonly #idle: HttpConnection[] = []
  readonly #all = new Set<Socket>()
  #closed = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The idle connection used last, if there is one. */
  takeIdle(): HttpConnection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.socket.destroyed && idle.socket.readable) return idle
      discard(idle)
    }
    return undefined
  }

  /** The idle connection used last, unless `fresh` asks for a new one. @throws UpstreamFault when none can be made. */
  async take(options: Pick<RequestOptions, 'trace' | 'signal'>, fresh: boolean): Promise<HttpConnection> {
    if (this.#closed) throw this.#gone(options)
    const idle = fresh ? undefined : this.takeIdle()
    if (idle !== undefined) return idle
    const { dialer, url, where } = this.#deps
    const socket = await dialer.dial(url, { trust: 'admin', where, trace: options.trace, signal: options.signal })
    if (this.#closed) {
      socket.destroy()
      throw this.#gone(options)
    }
    this.#all.add(socket)
    socket.once('close', () => this.#forget(socket))
    return { client: clientOver(socket, url), socket, reused: false }
  }

  /** Takes back a connection whose exchange came to its end. */
  release(connection: HttpConnection): void {
    if (this.#closed || connection.socket.destroyed || this.#idle.length >= MOST_IDLE) discard(connection)
    else this.#idle.push(connection.reused ? connection : { ...connection, reused: true })
  }

  close(): void {
    this.#closed = true
    for (const idle of this.#idle.splice(0)) discard(idle)
    for (const socket of this.#all) socket.destroy(new Error(DISCARDED))
  }

  #gone({ trace }: Pick<RequestOptions, 'trace'>): UpstreamFault {
    const { where } = this.#deps
    return faultOf('connection_reset', { stage: trace?.stage ?? 'connect', where, detail: 'as we asked' })
  }

  #forget(socket: Socket): void {
    this.#all.delete(socket)
    const at = this.#idle.findIndex((idle) => idle.socket === socket)
    if (at !== -1) discard(...this.#idle.splice(at, 1))
  }
}

/** Without an error undici takes the end of a connection for the end of an answer that has no length. */
const DISCARDED = 'this connection is of no more use'

/** Ends a connection, and whatever is still under way on it. */
export function discard(...connections: readonly HttpConnection[]): void {
  for (const { client, socket } of connections) {
    socket.destroy(new Error(DISCARDED))
    client.destroy().catch(() => {}) // only says that it is destroyed already
  }
}

/** HTTP over a socket that is connected already; never dials by itself. Deadlines are ours, so undici's are off. */
function clientOver(socket: Socket, url: URL): Client {
  let handedOver = false
  return new Client(url.origin, {
    connect: (_options, done) => {
      if (handedOver) return done(new Error('this connection ended'), null)
      handedOver = true
      queueMicrotask(() => done(null, socket)) // undici does not expect the answer before it has asked
    },
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_MS,
    maxHeaderSize: 32 * 1024,
  })
}
