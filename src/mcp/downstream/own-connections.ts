import type { JsonObject } from '../../core/capabilities.ts'
import type { Server } from '../../core/config/server.ts'
import { isAdmitted } from '../../core/gateway/refusal.ts'
import type { ServerId } from '../../core/ids.ts'
import type { Member } from '../../core/watch/fleet.ts'
import { NOBODY_HEARS } from '../channel.ts'
import type { Aside, Connection } from '../connection.ts'
import { LastingRequests } from '../lasting-requests.ts'
import type { ClientSelf } from '../relay-request.ts'
import { SUBSCRIBE } from '../subscribing.ts'
import type { McpUpstreams } from '../upstreams.ts'

type Deps = {
  readonly upstreams: Pick<McpUpstreams, 'connectFor' | 'withoutSessions'>
  /** Answers what gives the place of a connection back. @throws UpstreamFault when there is none. */
  readonly enter: (server: Server) => () => void
  readonly client: ClientSelf
  /** What a server says outside of any request of the client's. */
  readonly asideOf: (member: Member) => Aside
  /** The server agreed to tell of the resource, and does so no more. */
  readonly onLost: (server: string, uri: string) => void
  /** From here on clients share the server, who subscribed to these resources of it. */
  readonly onShared: (member: Member, uris: readonly string[]) => void
}

/**
 * The connections of one legacy client to servers that keep sessions, and to those that run a process for each: it has
 * one of its own there, since what a server remembers of one client, and tells or asks it, is nobody else's. They are
 * opened when they are first needed.
 */
export class OwnConnections {
  readonly #deps: Deps
  readonly #open = new Map<ServerId, { readonly revision: number; readonly connection: Connection }>()
  /** What the client asked of servers that holds whatever becomes of the connection. */
  readonly #lasting = new Map<ServerId, LastingRequests>()
  /** Servers that keep no sessions, with the revision that this was seen of. */
  readonly #without: Map<ServerId, number>
  #logLevel: string | undefined

  constructor(deps: Deps) {
    this.#deps = deps
    this.#without = deps.upstreams.withoutSessions
  }

  /** undefined where clients share: a server without sessions remembers nothing, and a process is one for all by default. */
  of(member: Member): Connection | undefined {
    const { server } = member
    const last = this.#open.get(server.id)
    const kept = last?.connection.isClosing ? undefined : last
    if (this.#isShared(server)) {
      if (last !== undefined) this.#share(member)
      return undefined
    }
    if (kept !== undefined && (kept.revision >= server.revision || kept.connection.adopt(server.config))) {
      return kept.connection
    }
    void kept?.connection.close()
    const { upstreams, client, asideOf, enter } = this.#deps
    const lasting = this.#lastingOf(server)
    const own = { client, aside: asideOf(member), lasting, enter: () => enter(server) }
    const connection = upstreams.connectFor(server, own)
    this.#open.set(server.id, { revision: server.revision, connection })
    return connection
  }

  /** How many resources it subscribed to. */
  get watchedCount(): number {
    return [...this.#lasting.values()].reduce((count, lasting) => count + lasting.uris().length, 0)
  }

  /** Whether it subscribed to this one. */
  holds(id: ServerId, uri: string): boolean {
    return this.#lasting.get(id)?.holds({ method: SUBSCRIBE, params: { uri } }) === true
  }

  /**
   * Makes sure that it hears what it subscribed to: a server may have lost the session, or have been off, while the
   * client only waits.
   */
  keepUp(find: (id: ServerId) => Member | undefined): void {
    for (const [id, lasting] of this.#lasting) {
      const member = find(id)
      if (member === undefined) this.#forget(id)
      else if (lasting.uris().length > 0 && isAdmitted(member)) this.#tell(this.of(member), 'ping', {})
    }
  }

  /** The server turned out to keep no sessions. */
  giveUp(member: Member): void {
    const { id, revision } = member.server
    this.#without.set(id, revision)
    this.#share(member)
  }

  /** Also of servers that are connected later. */
  setLogLevel(level: string): void {
    this.#logLevel = level
    for (const lasting of this.#lasting.values()) lasting.done('logging/setLevel', { level })
    for (const { connection } of this.#open.values()) this.#tell(connection, 'logging/setLevel', { level })
  }

  /** Passes on what the client tells all of them. */
  notify(method: string, params: JsonObject): void {
    for (const { connection } of this.#open.values()) connection.notify(method, params)
  }

  close(): void {
    for (const { connection } of this.#open.values()) void connection.close()
    this.#open.clear()
  }

  #isShared({ id, revision, config }: Server): boolean {
    if (config.target.protocol === 'stdio') return config.gatewayProcess === 'shared'
    return this.#without.get(id) === revision
  }

  #lastingOf({ id, config: { name } }: Server): LastingRequests {
    const known = this.#lasting.get(id)
    if (known !== undefined) return known
    const lasting = new LastingRequests((uri) => this.#deps.onLost(name, uri))
    if (this.#logLevel !== undefined) lasting.done('logging/setLevel', { level: this.#logLevel })
    this.#lasting.set(id, lasting)
    return lasting
  }

  #share(member: Member): void {
    const { id } = member.server
    const uris = this.#lasting.get(id)?.uris() ?? []
    this.#forget(id)
    if (uris.length > 0) this.#deps.onShared(member, uris)
  }

  #forget(id: ServerId): void {
    void this.#open.get(id)?.connection.close()
    this.#open.delete(id)
    this.#lasting.delete(id)
  }

  /** A server that takes no such request goes on as it is. */
  #tell(connection: Connection | undefined, method: string, params: JsonObject): void {
    const request = { method, params, client: this.#deps.client }
    connection?.relay(request, NOBODY_HEARS, AbortSignal.timeout(ASIDE_MS)).catch(() => {})
  }
}

const ASIDE_MS = 10_000
