import type { JsonObject } from '../../core/capabilities.ts'
import { isAdmitted } from '../../core/gateway/refusal.ts'
import type { ServerId } from '../../core/ids.ts'
import type { Fleet, Member } from '../../core/watch/fleet.ts'
import { NOBODY_HEARS } from '../channel.ts'
import { isObject } from '../json-rpc.ts'
import type { McpUpstreams } from '../upstreams.ts'

/** Who wants to hear that a resource changed. */
export type Hearer = {
  /** Whether it hears of this server on the connection that all share. */
  shares(id: ServerId): boolean
  hear(server: string, method: string, params: JsonObject): void
}

/** A resource by the server's own URI. */
export type Watched = { readonly member: Member; readonly uri: string }

type Deps = {
  readonly upstreams: Pick<McpUpstreams, 'relay'>
  readonly fleet: Pick<Fleet, 'find'>
}

/**
 * Who subscribed to which resources of servers on connections that all share: a server is asked once for all of them,
 * and told when nobody is left.
 */
export class Subscriptions {
  readonly #deps: Deps
  readonly #hearers = new Map<ServerId, Map<string, Set<Hearer>>>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  add(id: ServerId, uri: string, hearer: Hearer): void {
    const resources = this.#hearers.get(id) ?? new Map<string, Set<Hearer>>()
    const hearers = resources.get(uri) ?? new Set()
    this.#hearers.set(id, resources.set(uri, hearers.add(hearer)))
  }

  /** True when others still want to hear of it. */
  remove(id: ServerId, uri: string, hearer: Hearer): boolean {
    const resources = this.#hearers.get(id)
    const hearers = resources?.get(uri)
    hearers?.delete(hearer)
    if (hearers?.size === 0) resources?.delete(uri)
    if (resources?.size === 0) this.#hearers.delete(id)
    return this.#isWanted(id, uri)
  }

  /** Asks the servers to tell; answers what will be heard of. */
  async open(watched: readonly Watched[], hearer: Hearer): Promise<readonly Watched[]> {
    const opened = watched.map(async ({ member, uri }) => {
      const { id } = member.server
      const isOpen = this.#isWanted(id, uri)
      this.add(id, uri, hearer)
      const done = isAdmitted(member) && (isOpen || (await this.#ask(member, 'resources/subscribe', uri)))
      if (!done) this.remove(id, uri, hearer)
      return done
    })
    const done = await Promise.all(opened)
    return watched.filter((_, at) => done[at])
  }

  /** It hears of nothing any more. */
  leave(hearer: Hearer): void {
    for (const [id, resources] of [...this.#hearers]) {
      const wanted = [...resources].filter(([, hearers]) => hearers.has(hearer))
      for (const [uri] of wanted) {
        const isLeft = this.remove(id, uri, hearer)
        const member = this.#deps.fleet.find(id)
        if (isLeft || member === undefined || !hearer.shares(id)) continue
        if (isAdmitted(member)) void this.#ask(member, 'resources/unsubscribe', uri)
      }
    }
  }

  /** What a server says of a resource on the connection that all share is for those who asked for it. */
  heard(id: ServerId, method: string, params: JsonObject): void {
    const { uri, _meta } = params
    const name = this.#deps.fleet.find(id)?.server.config.name
    if (method !== 'notifications/resources/updated' || typeof uri !== 'string' || name === undefined) return
    const { [SUBSCRIPTION]: _, ...meta } = isObject(_meta) ? _meta : {}
    for (const hearer of this.#hearers.get(id)?.get(uri) ?? []) {
      if (hearer.shares(id)) hearer.hear(name, method, { ...params, _meta: meta })
    }
  }

  #isWanted(id: ServerId, uri: string): boolean {
    const hearers = this.#hearers.get(id)?.get(uri) ?? new Set<Hearer>()
    return [...hearers].some((hearer) => hearer.shares(id))
  }

  /** Whether the server did it. */
  async #ask({ server }: Member, method: string, uri: string): Promise<boolean> {
    const request = { method, params: { uri }, client: { info: undefined, capabilities: {} } }
    const asked = this.#deps.upstreams.relay(server, request, NOBODY_HEARS, AbortSignal.timeout(ASK_MS))
    return asked.then(({ reply }) => 'result' in reply).catch(() => false)
  }
}

/** Of one client. */
export const MOST_WATCHED = 200

/** Whose stream it was is another on each side. */
export const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

const ASK_MS = 5_000
