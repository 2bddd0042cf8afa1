import type { JsonObject } from '../core/capabilities.ts'
import { SUBSCRIBE, UNSUBSCRIBE } from './subscribing.ts'

export type LastingRequest = { readonly method: string; readonly params: JsonObject }

/** What holds in a session until it ends: whoever opens another in its place asks for it again. */
export interface Lasting {
  /** Such a request is about to be sent. */
  asked(method: string, params: JsonObject): void
  /** Such a request was done. */
  done(method: string, params: JsonObject): void
  /** It was done once, and the server refuses it now. */
  refused(request: LastingRequest): void
  /** Whether it still is to hold. */
  holds(request: LastingRequest): boolean
  /** What is subscribed to. */
  uris(): readonly string[]
  all(): readonly LastingRequest[]
}

/** Of one client: its log level, and what it subscribed to, as many as it may. */
export class LastingRequests implements Lasting {
  readonly #kept = new Map<string, LastingRequest>()
  readonly #onLost: (uri: string) => void

  /** `onLost` is told which resource the server tells of no more. */
  constructor(onLost: (uri: string) => void = () => {}) {
    this.#onLost = onLost
  }

  static isOne(method: string | undefined): boolean {
    return method === 'logging/setLevel' || method === SUBSCRIBE || method === UNSUBSCRIBE
  }

  /** What a client wants to hear no more is over, whatever the server says to it. */
  asked(method: string, params: JsonObject): void {
    if (method === UNSUBSCRIBE) this.#kept.delete(`${params.uri}`)
  }

  done(method: string, params: JsonObject): void {
    if (!LastingRequests.isOne(method) || method === UNSUBSCRIBE) return
    const key = keyOf({ method, params })
    this.#kept.delete(key)
    this.#kept.set(key, { method, params })
  }

  refused(request: LastingRequest): void {
    if (request.method === SUBSCRIBE && this.#kept.delete(keyOf(request))) this.#onLost(keyOf(request))
  }

  holds(request: LastingRequest): boolean {
    return this.#kept.has(keyOf(request))
  }

  uris(): readonly string[] {
    return [...this.#kept.keys()].filter((key) => key !== '')
  }

  all(): readonly LastingRequest[] {
    return [...this.#kept.values()]
  }
}

/** What clients that share a connection want to hear of, each with what is to be done when the server refuses it. */
export type SharedWatches = ReadonlyMap<string, () => void>

/** Of all clients that share a connection: who knows them says what they want, and nothing is kept here. */
export class SharedLasting implements Lasting {
  readonly #watched: () => SharedWatches

  constructor(watched: () => SharedWatches) {
    this.#watched = watched
  }

  asked(): void {}

  done(): void {}

  refused({ params }: LastingRequest): void {
    this.#watched().get(`${params.uri}`)?.()
  }

  holds({ params }: LastingRequest): boolean {
    return this.#watched().has(`${params.uri}`)
  }

  uris(): readonly string[] {
    return [...this.#watched().keys()]
  }

  all(): readonly LastingRequest[] {
    return this.uris().map((uri) => ({ method: SUBSCRIBE, params: { uri } }))
  }
}

const keyOf = ({ method, params }: LastingRequest): string => (method === SUBSCRIBE ? `${params.uri}` : '')
