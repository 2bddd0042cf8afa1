import type { JsonObject } from '../core/capabilities.ts'
import type { CheckResult } from '../core/check.ts'
import type { Clock } from '../core/clock.ts'
import type { Server, ServerConfig } from '../core/config/server.ts'
import type { ServerId } from '../core/ids.ts'
import type { CallResult, ToolCall, UpstreamSignal, Upstreams } from '../core/ports.ts'
import type { ChannelListener, ExchangeListener, Launch, ProcessChannel } from './channel.ts'
import type { Conceal } from './conceal.ts'
import { type Aside, type CheckOptions, Connection, type ConnectionDeps } from './connection.ts'
import { Deadlines } from './deadlines.ts'
import type { PassedCall } from './direct-call.ts'
import type { AddressPolicy } from './http/address-rules.ts'
import { Dialer } from './http/dialer.ts'
import { type Lasting, LastingRequests, SharedLasting, type SharedWatches } from './lasting-requests.ts'
import type { Means } from './means.ts'
import type { Environment } from './references.ts'
import type { ClientSelf, RelayedReply, RelayRequest } from './relay-request.ts'
import { isOfTask, NO_TASKS, withoutTasks } from './without-tasks.ts'

export type UpstreamsDeps = {
  readonly clock: Clock
  /** Where `${env:NAME}` is looked up when a connection is made. */
  readonly env: Environment
  readonly addresses: AddressPolicy
  /** PEM text of further authorities to trust. */
  readonly ca: string | undefined
  /** How we name ourselves to upstreams. */
  readonly clientInfo: { readonly name: string; readonly version: string }
  readonly means: Means
  readonly onSignal: (signal: UpstreamSignal) => void
  /** Told of what servers say on connections that all share, without being asked. */
  readonly onNotified?: (id: ServerId, method: string, params: JsonObject) => void
  /** Makes the channel to a child process; it is started by `open`. */
  readonly openProcess: (launch: Launch, listener: ChannelListener) => ProcessChannel
}

/** How long calls may go on when their connection is to be dropped. */
const PATIENCE_MS = 10_000

/** Whose a connection is that is one client's alone. */
type Own = {
  readonly client: ClientSelf
  readonly aside: Aside
  readonly lasting: Lasting
  readonly enter: NonNullable<ConnectionDeps['enter']>
}

const NOTHING: SharedWatches = new Map()

type Kept = { readonly revision: number; readonly connection: Connection }

/** The connections to all upstreams: one per server, made anew when its target or credentials change. */
export class McpUpstreams implements Upstreams {
  readonly #deps: UpstreamsDeps
  readonly #dialer: Dialer
  readonly #lookout: Deadlines
  readonly #kept = new Map<ServerId, Kept>()
  /** Those of single clients. */
  readonly #own = new Map<ServerId, Set<Connection>>()
  readonly #leaving = new Set<Connection>()
  /** The resources that clients want to hear of on connections that all share, by the servers' own URIs. */
  readonly watched = new Map<ServerId, Map<string, () => void>>()
  /** Servers that keep no sessions for clients of the legacy era, with the revision that this was seen of. */
  readonly withoutSessions = new Map<ServerId, number>()
  /** Checks and calls of our own need nothing of the client. */
  readonly #self: ClientSelf

  constructor(deps: UpstreamsDeps) {
    this.#deps = deps
    this.#dialer = new Dialer(deps)
    this.#lookout = new Deadlines(deps.clock)
    this.#self = { info: deps.clientInfo, capabilities: {} }
  }

  check(server: Server, options: CheckOptions, signal: AbortSignal): Promise<CheckResult> {
    return this.#connectionOf(server).check(options, signal)
  }

  async probe(config: ServerConfig, signal: AbortSignal): Promise<CheckResult> {
    const connection = this.#connect(config, undefined)
    this.#leaving.add(connection)
    try {
      return await connection.check({ deep: true, onDemand: true }, signal)
    } finally {
      await connection.close()
      this.#leaving.delete(connection)
    }
  }

  callTool(server: Server, call: ToolCall, signal: AbortSignal): Promise<CallResult> {
    return this.#connectionOf(server).callTool(call, signal)
  }

  /** Asks the server what a client wants of it, where all share; `signal` ends it with an UpstreamFault. @throws UpstreamFault. */
  relay(server: Server, request: RelayRequest, hears: ExchangeListener, signal: AbortSignal): Promise<RelayedReply> {
    if (isOfTask(request.method)) return Promise.resolve(NO_TASKS)
    return this.#connectionOf(server).relay(withoutTasks(request), hears, signal)
  }

  /** The short way; see `Connection.callNow`. */
  callNow(server: Server, request: RelayRequest, call: PassedCall): boolean {
    return this.#connectionOf(server).callNow(withoutTasks(request), call)
  }

  /** What hides the server's own credentials in a text; undefined when it has none to hide. */
  concealerOf(id: ServerId): Conceal | undefined {
    return this.#kept.get(id)?.connection.conceal
  }

  /** A connection for one client alone, greeted in its name. Whoever asks for it closes it, unless the server is dropped. */
  connectFor({ id, config }: Server, own: Own): Connection {
    const enter = () => this.#entered(id, connection, own.enter())
    const connection = this.#connect(config, id, { ...own, enter })
    return connection
  }

  /** Answers what is to be done once it is closed. */
  #entered(id: ServerId, connection: Connection, giveBack: () => void): () => void {
    const own = this.#own.get(id) ?? new Set()
    this.#own.set(id, own.add(connection))
    return () => {
      own.delete(connection)
      giveBack()
    }
  }

  async drop(id: ServerId): Promise<void> {
    const kept = this.#kept.get(id)
    this.#kept.delete(id)
    this.withoutSessions.delete(id)
    for (const own of this.#own.get(id) ?? []) void this.#retire(own)
    this.#own.delete(id)
    if (kept !== undefined) await this.#retire(kept.connection)
  }

  stderr(id: ServerId): string | undefined {
    return this.#kept.get(id)?.connection.stderr()
  }

  async close(): Promise<void> {
    const open = [...this.#kept.values()].map(({ connection }) => connection)
    const own = [...this.#own.values()].flatMap((connections) => [...connections])
    this.#kept.clear()
    await Promise.all([...open, ...own, ...this.#leaving].map((connection) => connection.close()))
  }

  /** A caller that still holds an older revision is served by the newer connection. */
  #connectionOf({ id, revision, config }: Server): Connection {
    const kept = this.#kept.get(id)
    if (kept !== undefined && (kept.revision >= revision || kept.connection.adopt(config))) {
      if (kept.revision < revision) this.#kept.set(id, { ...kept, revision })
      return kept.connection
    }
    const connection = this.#connect(config, id)
    this.#kept.set(id, { revision, connection })
    if (kept !== undefined) void this.#retire(kept.connection)
    return connection
  }

  #sharedLasting(id: ServerId): Lasting {
    return new SharedLasting(() => this.watched.get(id) ?? NOTHING)
  }

  async #retire(connection: Connection): Promise<void> {
    this.#leaving.add(connection)
    await connection.drain(PATIENCE_MS)
    this.#leaving.delete(connection)
  }

  /** `id` is absent for a server that is not registered, of which nobody is told. */
  #connect(config: ServerConfig, id: ServerId | undefined, own?: Own): Connection {
    const { onNotified, clock, env, means, openProcess, onSignal } = this.#deps
    return new Connection({
      clock,
      client: own?.client ?? this.#self,
      aside: own?.aside,
      enter: own?.enter,
      lasting: own?.lasting ?? (id === undefined ? new LastingRequests() : this.#sharedLasting(id)),
      ...(id !== undefined &&
        own === undefined &&
        onNotified && { onNotified: (method, params) => onNotified(id, method, params) }),
      env,
      openProcess,
      dialer: this.#dialer,
      lookout: this.#lookout,
      means,
      config,
      onListChanged: id === undefined ? undefined : () => onSignal({ type: 'list_changed', serverId: id }),
      // What one client did to its own process, its calls tell.
      onExit: (failure) =>
        id !== undefined && own === undefined && onSignal({ type: 'process_exited', serverId: id, failure }),
    })
  }
}
