import type { Socket } from 'node:net'
import { Client } from 'undici'
import type { RequestOptions, UpstreamFault } from '../channel.ts'
import { faultOf } from '../failures.ts'
import type { Means } from '../means.ts'
import type { Dialer } from './dialer.ts'

/** How long a connection may idle when the server gives no hint: long enough to last from check to check. */
const IDLE_MS = 90_000
const MOST_IDLE = 64

/** One connection that is in use. */
export type HttpConnection = {
  readonly client: Client
  readonly socket: Socket
  /** True when it has carried an exchange before: it may have died unnoticed. */
  reused: boolean
  /** To be told once after each exchange, when nothing more happens on it; `clean`: it can be used again. */
  readonly release: (clean: boolean) => void
}

type Deps = {
  readonly dialer: Dialer
  readonly means: Means
  readonly url: URL
  readonly where: string
}

/** The connections to one server, shared with no other: dialled one by one, kept while they idle. */
export class HttpConnections {
  readonly #deps: Deps
  readonly #idle: HttpConnection[] = []
  /** With what gives its file back. */
  readonly #all = new Map<Socket, () => void>()
  #closed = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The idle connection used last, if there is one. */
  takeIdle(): HttpConnection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      this.#deps.means.files.idlesNoMore(idle.socket)
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
    const socket = await this.#dial(options)
    const connection: HttpConnection = {
      client: clientOver(socket, this.#deps.url),
      socket,
      reused: false,
      release: (clean) => (clean ? this.#release(connection) : discard(connection)),
    }
    this.#deps.means.files.keep(socket, () => {
      discard(connection)
      this.#forget(socket)
    })
    return connection
  }

  close(): void {
    this.#closed = true
    for (const idle of this.#idle.splice(0)) discard(idle)
    for (const socket of this.#all.keys()) socket.destroy(DISCARDED)
  }

  /** Takes back a connection whose exchange came to its end. */
  #release(connection: HttpConnection): void {
    const { socket } = connection
    if (this.#closed || socket.destroyed || this.#idle.length >= MOST_IDLE) {
      discard(connection)
      return
    }
    connection.reused = true
    this.#idle.push(connection)
    this.#deps.means.files.idles(socket)
  }

  #gone({ trace }: Pick<RequestOptions, 'trace'>): UpstreamFault {
    const { where } = this.#deps
    return faultOf('connection_reset', { stage: trace?.stage ?? 'connect', where, detail: 'as we asked' })
  }

  async #dial(options: Pick<RequestOptions, 'trace' | 'signal'>): Promise<Socket> {
    const { dialer, means, url, where } = this.#deps
    const giveBack = means.files.take(1, options.trace?.stage ?? 'connect')
    try {
      const socket = await dialer.dial(url, { trust: 'admin', where, trace: options.trace, signal: options.signal })
      this.#all.set(socket, giveBack)
      socket.once('close', () => this.#forget(socket))
      if (!this.#closed) return socket
      socket.destroy()
      throw this.#gone(options)
    } catch (error) {
      giveBack()
      throw error
    }
  }

  #forget(socket: Socket): void {
    this.#all.get(socket)?.()
    this.#all.delete(socket)
    this.#deps.means.files.forget(socket)
    const at = this.#idle.findIndex((idle) => idle.socket === socket)
    if (at !== -1) discard(...this.#idle.splice(at, 1))
  }
}

/** Without an error undici takes the end of a connection for the end of an answer that has no length. */
const DISCARDED = new Error('this connection is of no more use')

/** Ends a connection, and whatever is still under way on it. */
function discard(...connections: readonly HttpConnection[]): void {
  for (const { client, socket } of connections) {
    socket.destroy(DISCARDED)
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
