import type { IncomingMessage } from 'node:http'
import type { Capability, Json, JsonObject } from '../../core/capabilities.ts'
import type { Catalog, ListChange } from '../../core/gateway/catalog.ts'
import type { Caller, Offer } from '../../core/gateway/endpoint.ts'
import { type Route, Router } from '../../core/gateway/router.ts'
import type { Scopes } from '../../core/gateway/scopes.ts'
import type { ServerId } from '../../core/ids.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import { headerContext } from '../call-trace.ts'
import { CALL_LIMITS, type RpcId, UpstreamFault } from '../channel.ts'
import { Deadlines } from '../deadlines.ts'
import { cancelled } from '../failures.ts'
import { LEGACY_VERSIONS } from '../handshake.ts'
import { parseBounded } from '../json-bounds.ts'
import { INVALID_PARAMS, isObject, readMessage } from '../json-rpc.ts'
import { type ClientSelf, MODERN_VERSION } from '../relay-request.ts'
import type { McpUpstreams } from '../upstreams.ts'
import type { Answer } from './answer.ts'
import type { Asker } from './asker.ts'
import { ClientStreams } from './client-streams.ts'
import { readEnvelope } from './envelope.ts'
import type { LegacySession } from './legacy-session.ts'
import { changedMethod, type Listener, Listeners } from './listeners.ts'
import { LISTS, Lists } from './lists.ts'
import { isLogLevel } from './log-level.ts'
import { assertParamHeaders } from './param-headers.ts'
import { type RelayDeps, RelayedCall } from './relayed-call.ts'
import { errorMessage, INTERNAL_ERROR, invalidParams, notFound, RpcFailure, tooMany } from './rpc-failure.ts'
import { SessionBook } from './session-book.ts'
import { MOST_WATCHED, Subscriptions, type Watched } from './subscriptions.ts'

type Deps = Omit<RelayDeps, 'deadlines'> & {
  readonly upstreams: Pick<
    McpUpstreams,
    'relay' | 'callNow' | 'concealerOf' | 'connectFor' | 'withoutSessions' | 'watched'
  >
  readonly fleet: Fleet
  readonly catalog: Catalog
  readonly scopes: Pick<Scopes, 'concerns' | 'partOf'>
  /** How many calls a token may make a minute; undefined: as many as it likes. */
  readonly callsPerMinute: () => number | undefined
  readonly serverInfo: { readonly name: string; readonly version: string }
  /** Connections of their own to servers that the sessions with one token may have, and streams to clients. */
  readonly mostOfToken: { readonly connections: number; readonly streams: number }
}

/** One HTTP request of a client, after it was let in. */
export type Visit = {
  readonly request: IncomingMessage
  readonly answer: Answer
  readonly caller: Caller
  readonly offer: Offer
  /** Whole; empty when there was none. */
  readonly body: string
  readonly bytesIn: number
}

type Request = { readonly id: RpcId; readonly method: string; readonly params: JsonObject }

/** What clients talk to: both eras of the protocol at one endpoint, and behind it whatever may be reached. */
export class Gateway {
  readonly #deps: Deps & RelayDeps
  readonly #router: Router
  readonly #lists: Lists
  readonly #sessions: SessionBook
  readonly #subscriptions: Subscriptions
  readonly #listeners: Listeners
  readonly #streams: ClientStreams

  constructor(deps: Deps) {
    this.#deps = { ...deps, deadlines: new Deadlines(deps.clock) }
    this.#router = new Router(deps)
    this.#lists = new Lists(this.#router)
    this.#subscriptions = new Subscriptions(deps)
    this.#listeners = new Listeners(this.#subscriptions)
    const { connections, streams } = deps.mostOfToken
    this.#streams = new ClientStreams({ clock: deps.clock, mostOfToken: streams })
    this.#sessions = new SessionBook({ ...deps, mostOfToken: connections, subscriptions: this.#subscriptions })
  }

  visit(visit: Visit): void {
    const { request, answer } = visit
    try {
      if (request.method === 'POST') this.#post(visit)
      else if (request.method === 'GET') this.#listen(visit)
      else if (request.method === 'DELETE') this.#end(visit)
      else throw METHOD_NOT_ALLOWED
    } catch (error) {
      this.#answerFailure(answer, null, error)
    }
  }

  /** Tells who may care that a list is not what it was. */
  listChanged(change: ListChange): void {
    const { scopes } = this.#deps
    const concerned = ({ endpoint, caller }: LegacySession | Listener) => scopes.concerns(change, endpoint, caller)
    this.#listeners.changed(change.kind, concerned)
    for (const session of this.#sessions.all()) if (concerned(session)) session.tell(changedMethod(change.kind))
  }

  /** What a server says on the connection that all share; what is not of a resource cannot be told whose it is. */
  heard(id: ServerId, method: string, params: JsonObject): void {
    this.#subscriptions.heard(id, method, params)
  }

  /** Nobody hears of it any more. */
  serverDeleted(id: ServerId): void {
    this.#subscriptions.forget(id)
  }

  /** Ends what clients with tokens that work no more listen to, and stops what they asked in sessions. */
  revoke(isRevoked: (tokenId: number) => boolean): void {
    this.#listeners.end(({ tokenId }) => isRevoked(tokenId))
    for (const session of this.#sessions.all()) if (isRevoked(session.caller.tokenId)) this.#sessions.end(session)
  }

  /** Lets calls in flight finish for 10 s, tells the others that nobody waits for them, and ends every session. */
  async close(): Promise<void> {
    this.#streams.close()
    this.#listeners.end(() => true)
    for (const session of this.#sessions.all()) session.endStream()
    const late = await this.#deps.deadlines.idle(PATIENCE_MS)
    this.#deps.bulkhead.close()
    for (const call of late) call.giveUp(STOPPING)
    this.#sessions.close()
  }

  #post(visit: Visit): void {
    const message = readMessage(parsed(visit.body))
    if (message === undefined) throw INVALID_REQUEST
    if (message.kind === 'request') {
      this.#serve(visit, message)
      return
    }
    if (message.kind === 'reply') this.#sessionOf(visit).answered(message.id, message.reply)
    else if (readEnvelope(visit.request.headers, message) === undefined) this.#notified(this.#sessionOf(visit), message)
    visit.answer.empty(202)
  }

  #serve(visit: Visit, request: Request): void {
    const { caller, offer, answer } = visit
    const { endpoint } = offer
    try {
      if (request.method.length > LONGEST_METHOD) throw notFound(request.method)
      const client = readEnvelope(visit.request.headers, request)
      const isModern = client !== undefined
      if (!isModern && request.method === 'initialize') {
        this.#initialize(visit, request)
        return
      }
      const session = isModern ? undefined : this.#sessionOf(visit)
      const self = client ?? session?.client ?? NOBODY
      const asker = { caller, endpoint, client: self, version: session?.version ?? MODERN_VERSION, session }
      if (isModern && request.method === 'subscriptions/listen') {
        this.#subscribe(visit, request)
        return
      }
      const list = LISTS.get(request.method)
      if (list !== undefined) {
        answer.replyPage(request.id, this.#lists.page(offer, list, request.params.cursor), isModern ? LISTED_TAIL : '')
        return
      }
      const own = session ? this.#legacyResult(request, session) : this.#modernResult(request, offer)
      if (own === undefined) this.#relay(visit, asker, request)
      else answer.reply(resultMessage(request.id, own))
    } catch (error) {
      this.#answerFailure(answer, request.id, error)
    }
  }

  /** What is answered here; undefined for what a server has to answer. */
  #legacyResult({ method, params }: Request, session: LegacySession): JsonObject | undefined {
    if (method === 'ping') return {}
    if (method === 'logging/setLevel') {
      if (!isLogLevel(params.level)) throw invalidParams('No such log level')
      session.setLogLevel(params.level)
      return {}
    }
    return undefined
  }

  #modernResult({ method }: Request, offer: Offer): JsonObject | undefined {
    return method === 'server/discover' ? { ...this.#discovery(offer), ...LISTED } : undefined
  }

  #relay({ request, answer, bytesIn, offer }: Visit, asker: Asker, { id, method, params }: Request): void {
    const isOther = (asker.session ? MODERN_ONLY : LEGACY_ONLY).has(method)
    const route = isOther ? undefined : this.#router.route(offer, method, params)
    if (route === undefined) throw notFound(method)
    if ('unknown' in route) throw invalidParams(`Unknown ${route.unknown}`)
    const { session } = asker
    if (session !== undefined && method === 'resources/unsubscribe' && this.#unsubscribe(session, route)) {
      answer.reply(resultMessage(id, {}))
      return
    }
    if (asker.session === undefined && method === 'tools/call') {
      assertParamHeaders(request.headers, route.member.capabilities?.value.tools ?? NO_TOOLS, route.params)
    }
    this.#assertPace(asker.caller)
    const from = headerContext(request.headers)
    const deps = session && method === 'resources/subscribe' ? this.#subscribing(session, route) : this.#deps
    const call = new RelayedCall(deps, { asker, answer, id, method, bytesIn, headerContext: from, ...route })
    // In the legacy era only a notification cancels.
    if (asker.session === undefined) answer.onceGone(() => call.cancel())
    call.start()
  }

  /** @throws RpcFailure 429 when the caller's token has made as many calls as it may in a minute. */
  #assertPace({ pace }: Caller): void {
    const perMinute = this.#deps.callsPerMinute()
    if (perMinute === undefined) return
    const waitMs = pace.take(this.#deps.clock.now(), perMinute)
    if (waitMs > 0) throw tooMany(`More than ${perMinute} calls a minute with this token`, waitMs)
  }

  /** Where clients share a connection, the server is asked for what nobody subscribed to before. @throws RpcFailure when it has too much. */
  #subscribing(session: LegacySession, { member, params }: Route): RelayDeps {
    const { connections } = session
    const [id, wanted] = [member.server.id, `${params.uri}`]
    const isNew = !connections.holds(id, wanted) && !this.#subscriptions.holds(id, wanted, session)
    if (isNew && connections.watchedCount + this.#subscriptions.countOf(session) >= MOST_WATCHED) {
      throw invalidParams(`A session subscribes to at most ${MOST_WATCHED} resources`)
    }
    const relay: McpUpstreams['relay'] = (_server, _request, _hears, signal) =>
      this.#subscriptions.subscribe({ member, uri: wanted }, session, signal)
    const concealerOf: McpUpstreams['concealerOf'] = (id) => this.#deps.upstreams.concealerOf(id)
    return { ...this.#deps, upstreams: { relay, concealerOf, callNow: () => false } }
  }

  /** False when there is a session of the server's that has to be told. */
  #unsubscribe(session: LegacySession, { member, params: { uri } }: Route): boolean {
    return this.#subscriptions.unsubscribe(member.server.id, `${uri}`, session)
  }

  #subscribe({ answer, bytesIn, caller, offer }: Visit, { id, params: { notifications: filter } }: Request): void {
    if (bytesIn > LONGEST_LISTEN) throw tooLong('subscriptions/listen', LONGEST_LISTEN)
    if (!isObject(filter)) throw invalidParams('subscriptions/listen needs notifications')
    const { resourceSubscriptions: uris = [] } = filter
    if (!Array.isArray(uris) || uris.length > MOST_WATCHED) {
      throw invalidParams(`resourceSubscriptions is a list of at most ${MOST_WATCHED} URIs`)
    }
    const watched = uris.flatMap((uri: Json) => this.#watched(offer, uri))
    this.#streams.add(answer, caller)
    if (!this.#listeners.add({ answer, id, caller, endpoint: offer.endpoint, filter, watched })) {
      throw new RpcFailure(503, -32_000, 'Too many clients listen')
    }
  }

  #watched(offer: Offer, uri: Json): readonly Watched[] {
    const route = this.#router.route(offer, 'resources/subscribe', { uri })
    if (route === undefined || 'unknown' in route || typeof route.params.uri !== 'string') return []
    return [{ member: route.member, uri: route.params.uri }]
  }

  #initialize({ answer, bytesIn, caller, offer }: Visit, { id, params }: Request): void {
    if (bytesIn > LONGEST_GREETING) throw tooLong('initialize', LONGEST_GREETING)
    const { protocolVersion: asked, clientInfo: info, capabilities } = params
    if (typeof asked !== 'string' || !isObject(info) || !isObject(capabilities)) {
      throw new RpcFailure(400, -32_602, 'initialize needs protocolVersion, clientInfo and capabilities')
    }
    const version = LEGACY_VERSIONS.find((known) => known === asked) ?? LEGACY_VERSIONS[0]
    const session = this.#sessions.open({ caller, endpoint: offer.endpoint, client: { info, capabilities }, version })
    const { serverInfo } = this.#deps
    const result = {
      protocolVersion: version,
      capabilities: LEGACY_CAPABILITIES,
      serverInfo,
      ...this.#instructions(offer),
    }
    answer.reply(resultMessage(id, result), 200, ['mcp-session-id', session.id])
  }

  #discovery(offer: Offer): JsonObject {
    const { serverInfo } = this.#deps
    return {
      supportedVersions: [MODERN_VERSION],
      capabilities: MODERN_CAPABILITIES,
      _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo },
      ...this.#instructions(offer),
    }
  }

  #instructions(offer: Offer): JsonObject {
    const instructions = this.#router.instructions(offer)
    return instructions === undefined ? {} : { instructions }
  }

  #notified(session: LegacySession, { method, params }: Pick<Request, 'method' | 'params'>): void {
    const { requestId } = params
    if (method === 'notifications/roots/list_changed') session.connections.notify(method, params)
    if (method !== 'notifications/cancelled') return
    if (typeof requestId === 'string' || typeof requestId === 'number') session.cancel(requestId)
  }

  #listen(visit: Visit): void {
    if (!`${visit.request.headers.accept}`.includes('text/event-stream')) {
      throw new RpcFailure(406, -32_000, 'Not Acceptable: accept text/event-stream')
    }
    const session = this.#sessionOf(visit)
    this.#streams.add(visit.answer, visit.caller)
    session.listen(visit.answer)
  }

  #end(visit: Visit): void {
    this.#sessions.end(this.#sessionOf(visit))
    visit.answer.empty(204)
  }

  /** @throws RpcFailure when there is none: then the client is to begin anew. */
  #sessionOf({ request: { method, headers }, caller, offer: { endpoint } }: Visit): LegacySession {
    const version = headers['mcp-protocol-version']
    if (version === MODERN_VERSION && method !== 'POST') throw METHOD_NOT_ALLOWED
    const id = headers['mcp-session-id']
    if (typeof id !== 'string') throw new RpcFailure(400, -32_000, 'Bad Request: the header Mcp-Session-Id is missing')
    const session = this.#sessions.find(id, caller, endpoint)
    if (session === undefined) throw new RpcFailure(404, -32_001, 'Session not found')
    if (version !== undefined && !LEGACY_VERSIONS.some((known) => known === version)) {
      const supported = LEGACY_VERSIONS.join(', ')
      throw new RpcFailure(400, -32_000, `Bad Request: unsupported protocol version (supported: ${supported})`)
    }
    return session
  }

  #answerFailure(answer: Answer, id: Json, error: unknown): void {
    if (error instanceof RpcFailure) {
      answer.reply(errorMessage(id, error), error.status, error.headers)
      return
    }
    this.#deps.onError(error)
    answer.reply(errorMessage(id, new RpcFailure(500, INTERNAL_ERROR, 'Internal error')), 500)
  }
}

const METHOD_NOT_ALLOWED = new RpcFailure(405, -32_000, 'Method not allowed', undefined, ['allow', 'GET, POST, DELETE'])
const INVALID_REQUEST = new RpcFailure(400, -32_600, 'Bad Request: the body is not one JSON-RPC message')

const NOBODY: ClientSelf = { info: {}, capabilities: {} }

const LONGEST_METHOD = 128
/** What a client says of itself is kept as long as its session. */
const LONGEST_GREETING = 65_536
/** What it says counts among the bodies for as long as it listens. */
const LONGEST_LISTEN = 262_144

/** How long calls may go on once Omni2 is to stop. */
const PATIENCE_MS = 10_000
const STOPPING = cancelled('handshake', 'Omni2 was told to stop, and could not wait for the answer')

const NO_TOOLS: readonly Capability[] = []
const MODERN_ONLY: ReadonlySet<string> = new Set(['server/discover', 'subscriptions/listen', 'initialize'])
const LEGACY_ONLY: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
])
const LISTS_CHANGE = { listChanged: true }
const MODERN_CAPABILITIES = {
  tools: LISTS_CHANGE,
  prompts: LISTS_CHANGE,
  resources: { subscribe: true, ...LISTS_CHANGE },
  completions: {},
}
const LEGACY_CAPABILITIES = { ...MODERN_CAPABILITIES, logging: {} }
/** Who may use what differs from token to token, and changes are to be seen soon. */
const LISTED = { resultType: 'complete', ttlMs: 5_000, cacheScope: 'private' }
const LISTED_TAIL = `,${JSON.stringify(LISTED).slice(1, -1)}`

const tooLong = (method: string, most: number): RpcFailure =>
  new RpcFailure(413, INVALID_PARAMS, `${method} has at most ${most} bytes`)

const resultMessage = (id: RpcId, result: JsonObject): JsonObject => ({ jsonrpc: '2.0', id, result })

/** @throws RpcFailure for what is not JSON, or too much of it. */
function parsed(body: string): Json {
  try {
    return parseBounded(body, CALL_LIMITS, 'The request')
  } catch (error) {
    if (!(error instanceof UpstreamFault)) throw error
    if (error.cause instanceof SyntaxError) throw new RpcFailure(400, -32_700, 'Parse error: the body is not JSON')
    throw new RpcFailure(400, -32_600, `Bad Request: ${error.message}`)
  }
}
