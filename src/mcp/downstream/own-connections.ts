import type { JsonObject } from '../../core/capabilities.ts'
import type { Server } from '../../core/config/server.ts'
import type { ServerId } from '../../core/ids.ts'
import type { Member } from '../../core/watch/fleet.ts'
import { NOBODY_HEARS } from '../channel.ts'
import type { Aside, Connection } from '../connection.ts'
import type { ClientSelf } from '../relay-request.ts'
import type { McpUpstreams } from '../upstreams.ts'

type Deps = {
  readonly upstreams: Pick<McpUpstreams, 'connectFor' | 'withoutSessions'>
  /** Answers what gives the place of a connection back. @throws UpstreamFault when there is none. */
  readonly enter: (server: Server) => () => void
  readonly client: ClientSelf
  /** What a server says outside of any request of the client's. */
  readonly asideOf: (member: Member) => Aside
}

/**
 * The connections of one legacy client to servers that keep sessions, and to those that run a process for each: it has
 * one of its own there, since what a server remembers of one client, and tells or asks it, is nobody else's. They are
 * opened when they are first needed.
 */
export class OwnConnections {
  readonly #deps: Deps
  readonly #open = new Map<ServerId, { readonly revision: number; readonly connection: Connection }>()
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
      if (last !== undefined) this.#forget(server.id)
      return undefined
    }
    if (kept !== undefined && (kept.revision >= server.revision || kept.connection.adopt(server.config))) {
      return kept.connection
    }
    void kept?.connection.close()
    const { upstreams, client, asideOf, enter } = this.#deps
    const connection = upstreams.connectFor(server, { client, aside: asideOf(member), enter: () => enter(server) })
    this.#open.set(server.id, { revision: server.revision, connection })
    if (this.#logLevel !== undefined) this.#tell(connection, 'logging/setLevel', { level: this.#logLevel })
    return connection
  }

  has(id: ServerId): boolean {
    return this.#open.has(id)
  }

  /** The server turned out to keep no sessions. */
  giveUp({ server: { id, revision } }: Member): void {
    this.#without.set(id, revision)
    this.#forget(id)
  }

  /** Also of servers that are connected later. */
  setLogLevel(level: string): void {
    this.#logLevel = level
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

  #forget(id: ServerId): void {
    void this.#open.get(id)?.connection.close()
    this.#open.delete(id)
  }

  /** A server that takes no such request goes on as it is. */
  #tell(connection: Connection, method: string, params: JsonObject): void {
    const request = { method, params, client: this.#deps.client }
    connection.relay(request, NOBODY_HEARS, AbortSignal.timeout(ASIDE_MS)).catch(() => {})
  }
}

const ASIDE_MS = 10_000
