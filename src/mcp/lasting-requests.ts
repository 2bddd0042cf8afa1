import type { JsonObject } from '../core/capabilities.ts'

export type LastingRequest = { readonly method: string; readonly params: JsonObject }

/** What holds in a session until it ends: whoever opens another in its place asks for it again. */
export interface Lasting {
  /** Such a request is about to be sent. */
  asked(method: string, params: JsonObject): void
  /** Such a request was done. */
  done(method: string, params: JsonObject): void
  /** Whether it still is to hold. */
  holds(request: LastingRequest): boolean
  /** What is subscribed to. */
  uris(): readonly string[]
  all(): readonly LastingRequest[]
}

/** Of one client: its log level, and what it subscribed to, as many as it may. */
export class LastingRequests implements Lasting {
  readonly #kept = new Map<string, LastingRequest>()

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

/** Of all clients that share a connection: who knows them says what they want, and nothing is kept here. */
export class SharedLasting implements Lasting {
  readonly #watched: () => ReadonlySet<string>

  constructor(watched: () => ReadonlySet<string>) {
    this.#watched = watched
  }

  asked(): void {}

  done(): void {}

  holds({ params }: LastingRequest): boolean {
    return this.#watched().has(`${params.uri}`)
  }

  uris(): readonly string[] {
    return [...this.#watched()]
  }

  all(): readonly LastingRequest[] {
    return this.uris().map((uri) => ({ method: SUBSCRIBE, params: { uri } }))
  }
}

const SUBSCRIBE = 'resources/subscribe'
const UNSUBSCRIBE = 'resources/unsubscribe'

const keyOf = ({ method, params }: LastingRequest): string => (method === SUBSCRIBE ? `${params.uri}` : '')
