import type { JsonObject } from '../../core/capabilities.ts'
import type { Instant } from '../../core/clock.ts'
import type { Caller, Endpoint } from '../../core/gateway/endpoint.ts'
import { publicUri } from '../../core/gateway/public-uri.ts'
import type { Scopes } from '../../core/gateway/scopes.ts'
import type { Member } from '../../core/watch/fleet.ts'
import type { Reply, RpcId } from '../channel.ts'
import type { Aside } from '../connection.ts'
import type { ClientSelf } from '../relay-request.ts'
import type { McpUpstreams } from '../upstreams.ts'
import type { Answer } from './answer.ts'
import { isAtLeast } from './log-level.ts'
import { OwnConnections } from './own-connections.ts'
import type { OwnPlaces } from './own-places.ts'
import { type Hearer, RESOURCE_UPDATED, type Subscriptions } from './subscriptions.ts'

/** What can be stopped at the client's word. */
type Stoppable = { readonly id: RpcId; cancel(): void }

type Begun = {
  readonly id: string
  readonly caller: Caller
  readonly endpoint: Endpoint
  readonly client: ClientSelf
  readonly version: string
}

type Deps = {
  readonly upstreams: Pick<McpUpstreams, 'connectFor' | 'withoutSessions'>
  readonly places: OwnPlaces<LegacySession>
  readonly scopes: Pick<Scopes, 'partOf'>
  readonly subscriptions: Pick<Subscriptions, 'open' | 'leave'>
}

/** In the course of what a server asks; without an answer under way, it asks on the client's own stream. */
type Course = { readonly answer: Answer | undefined; readonly member: Member }

/** A client that answers nothing keeps this many questions of servers waiting at most. */
const MOST_ASKED = 256
/** Of one server, which takes no other's. */
const MOST_ASKED_BY_ONE = 32

/** A legacy client from `initialize` to its end. */
export class LegacySession implements Begun, Hearer {
  readonly id: string
  readonly caller: Caller
  readonly endpoint: Endpoint
  readonly version: string
  readonly connections: OwnConnections
  /** Requests under way. Few, so that a list of them costs less than a Map, whose old tables the collector finds late. */
  readonly #calls: Stoppable[] = []
  client: ClientSelf
  lastUsed: Instant
  /** What servers asked it, by our ids. */
  readonly #asked = new Map<RpcId, { readonly course: Course; readonly answered: (reply: Reply) => void }>()
  #lastAsked = 0
  readonly #subscriptions: Deps['subscriptions']
  /** Where it hears what belongs to no request of its own. */
  #stream: Answer | undefined

  constructor(begun: Begun, { upstreams, places, scopes, subscriptions }: Deps, now: Instant) {
    this.id = begun.id
    this.caller = begun.caller
    this.endpoint = begun.endpoint
    this.client = begun.client
    this.version = begun.version
    this.lastUsed = now
    this.#subscriptions = subscriptions
    this.connections = new OwnConnections({
      upstreams,
      enter: (server) => places.take(this, server),
      client: begun.client,
      asideOf: (member) => this.#asideOf(member, scopes),
      onLost: (server, uri) => this.lose(server, uri),
      onShared: (member, uris) => void this.#carryOver(member, uris),
    })
  }

  get isIdle(): boolean {
    return this.#calls.length === 0 && this.#stream === undefined
  }

  began(call: Stoppable): void {
    this.#calls.push(call)
  }

  /** What servers asked in its course wants no answer any more. */
  ended(call: Stoppable, course: Course): void {
    for (const [id, asked] of this.#asked) if (asked.course === course) this.answered(id, OVER)
    const at = this.#calls.indexOf(call)
    const last = at === -1 ? undefined : this.#calls.pop()
    if (last !== undefined && last !== call) this.#calls[at] = last
  }

  /** At the client's word; `id` is the client's. */
  cancel(id: RpcId): void {
    this.#calls.findLast((call) => call.id === id)?.cancel()
  }

  /** A client has one such stream: the newest. */
  listen(answer: Answer): void {
    this.#stream?.end()
    this.#stream = answer
    answer.stream()
    answer.onceGone(() => {
      if (this.#stream === answer) this.#stream = undefined
    })
  }

  tell(method: string, params?: JsonObject): void {
    this.#stream?.tell({ jsonrpc: '2.0', method, ...(params !== undefined && { params }) })
  }

  /** Passes on what a server says outside of any request. */
  hear(server: string, method: string, params: JsonObject): void {
    this.tell(method, this.#shown(server, params))
  }

  /** No revision of the era has a word for it: a line of the log says it, to who listens. */
  lose(server: string, uri: string): void {
    if (!isAtLeast('warning', this.client.logLevel ?? 'debug')) return
    const shown = this.#shown(server, { uri }).uri
    const data = `The server "${server}" tells no more when ${shown} changes. Subscribe to it again, or read it now and then.`
    this.tell('notifications/message', { level: 'warning', logger: 'omni2', data })
  }

  /** What was acknowledged holds on the connection that all share too, or is said to be lost. */
  async #carryOver(member: Member, uris: readonly string[]): Promise<void> {
    const watched = uris.map((uri) => ({ member, uri }))
    const opened = new Set(await this.#subscriptions.open(watched, this))
    for (const one of watched) if (!opened.has(one)) this.lose(member.server.config.name, one.uri)
  }

  /** From now on, of all servers. */
  setLogLevel(level: string): void {
    this.client = { ...this.client, logLevel: level }
    this.connections.setLogLevel(level)
  }

  /** Asks the client what a server wants to know. False when there is no way to it, or it has too much to answer. */
  ask(course: Course, method: string, params: JsonObject, answered: (reply: Reply) => void): boolean {
    const place = course.answer ?? this.#stream
    if (place === undefined || !place.isOpen || this.#asked.size >= MOST_ASKED) return false
    const { id: server } = course.member.server
    const asked = [...this.#asked.values()].filter(({ course: { member } }) => member.server.id === server)
    if (asked.length >= MOST_ASKED_BY_ONE) return false
    const id = `omni2-${++this.#lastAsked}`
    this.#asked.set(id, { course, answered })
    place.tell({ jsonrpc: '2.0', id, method, params })
    return true
  }

  /** An answer to nothing we asked is passed over. */
  answered(id: RpcId | undefined, reply: Reply): void {
    const asked = id === undefined ? undefined : this.#asked.get(id)
    if (id === undefined || asked === undefined) return
    this.#asked.delete(id)
    asked.answered(reply)
  }

  endStream(): void {
    this.#stream?.end()
    this.#stream = undefined
  }

  /** Stops what goes on in it. */
  end(): void {
    for (const call of this.#calls.slice()) call.cancel()
    for (const { answered } of this.#asked.values()) answered(LEFT)
    this.#asked.clear()
    this.connections.close()
    this.#subscriptions.leave(this)
    this.endStream()
  }

  /** What may be used through a token or a collection can become less while a connection is open. */
  #asideOf(member: Member, scopes: Deps['scopes']): Aside {
    const { id, config } = member.server
    const course = { answer: undefined, member }
    const part = () => scopes.partOf(id, this.endpoint, this.caller)
    return {
      notified: (method, params) => {
        const isOffered = method === RESOURCE_UPDATED ? part()?.resources === true : part() !== undefined
        if (isOffered) this.hear(config.name, method, params)
      },
      asked: (method, params, answered) => part() !== undefined && this.ask(course, method, params, answered),
    }
  }

  #shown(server: string, params: JsonObject): JsonObject {
    if (this.endpoint.server !== undefined || typeof params.uri !== 'string') return params
    return { ...params, uri: publicUri(server, params.uri) }
  }
}

const OVER: Reply = { error: { code: -32_000, message: 'The call in whose course this was asked is over' } }
const LEFT: Reply = { error: { code: -32_000, message: 'The client left' } }
