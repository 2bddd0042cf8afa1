import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Connections that are still heard when there is no place left, to be told so; any more end unheard. */
const TOLD = 16

/** How many connections there may be to us at once, so that the others and the watch go on. */
export class ClientPlaces {
  readonly #most: number
  readonly #beyond = new WeakSet<Socket>()
  #open = 0

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most
  }

  /** Counts who connects to `server`. */
  watch(server: Server): Server {
    if (Number.isFinite(this.#most)) server.maxConnections = this.#most + TOLD
    return server.on('connection', (socket: Socket) => {
      if (++this.#open > this.#most) this.#beyond.add(socket)
      socket.once('close', () => this.#open--)
    })
  }

  /** Whether this connection found no place. */
  isBeyond(socket: Socket): boolean {
    return this.#beyond.has(socket)
  }
}
