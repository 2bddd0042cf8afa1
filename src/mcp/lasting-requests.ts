import type { JsonObject } from '../core/capabilities.ts'

type Lasting = { readonly method: string; readonly params: JsonObject }

/** A client that subscribes to more hears of the rest no more once its session was lost. */
const MOST_KEPT = 200

/**
 * What was asked of a session and holds until it ends: its log level, and what is subscribed to. Who opens another in
 * its place asks for it again.
 */
export class LastingRequests {
  readonly #kept = new Map<string, Lasting>()

  static isOne(method: string | undefined): boolean {
    return method === 'logging/setLevel' || method === 'resources/subscribe' || method === 'resources/unsubscribe'
  }

  /** Such a request was done. */
  done(method: string, params: JsonObject): void {
    if (!LastingRequests.isOne(method)) return
    const key = method === 'logging/setLevel' ? '' : `${params.uri}`
    this.#kept.delete(key)
    if (method !== 'resources/unsubscribe' && this.#kept.size < MOST_KEPT) this.#kept.set(key, { method, params })
  }

  /** What is subscribed to. */
  uris(): readonly string[] {
    return [...this.#kept.keys()].filter((key) => key !== '')
  }

  all(): readonly Lasting[] {
    return [...this.#kept.values()]
  }
}
