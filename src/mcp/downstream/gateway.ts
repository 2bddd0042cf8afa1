import type { IncomingMessage } from 'node:http'
import type { Json, JsonObject } from '../../core/capabilities.ts'
import type { Caller, Offer } from '../../core/gateway/endpoint.ts'
import { Router } from '../../core/gateway/router.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import { CALL_LIMITS, type RpcId, UpstreamFault } from '../channel.ts'
import { LEGACY_VERSIONS } from '../handshake.ts'
import { parseBounded } from '../json-bounds.ts'
import { isObject, readMessage } from '../json-rpc.ts'
import { type ClientSelf, MODERN_VERSION } from '../relay-request.ts'
import type { Answer } from './answer.ts'
import type { Asker } from './asker.ts'
import { Deadlines } from './deadlines.ts'
import { readEnvelope } from './envelope.ts'
import type { LegacySession } from './legacy-session.ts'
import { LISTS, pageOf } from './lists.ts'
import { type RelayDeps, RelayedCall } from './relayed-call.ts'
import { errorMessage, INTERNAL_ERROR, invalidParams, notFound, RpcFailure } from './rpc-failure.ts'
import { SessionBook } from './session-book.ts'

type Deps = Omit<RelayDeps, 'deadlines'> & {
  readonly fleet: Fleet
  readonly serverInfo: { readonly name: string; readonly version: string }
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
  readonly #sessions: SessionBook

  constructor(deps: Deps) {
    this.#deps = { ...deps, deadlines: new Deadlines(deps.clock) }
    this.#router = new Router(deps.fleet)
    this.#sessions = new SessionBook(deps.clock)
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

  close(): void {
    this.#sessions.close()
  }

  #post(visit: Visit): void {
    const message = readMessage(parsed(visit.body))
    if (message === undefined) throw INVALID_REQUEST
    if (message.kind === 'request') {
      this.#serve(visit, message)
      return
    }
    if (message.kind === 'reply') this.#sessionOf(visit)
    else if (readEnvelope(visit.request.headers, message) === undefined) this.#notified(this.#sessionOf(visit), message)
    visit.answer.empty(202)
  }

  #serve(visit: Visit, request: Request): void {
    const { caller, offer, answer } = visit
    const { endpoint } = offer
    try {
      const client = readEnvelope(visit.request.headers, request)
      const isModern = client !== undefined
      if (!isModern && request.method === 'initialize') {
        this.#initialize(visit, request)
        return
      }
      const session = isModern ? undefined : this.#sessionOf(visit)
      const self = client ?? session?.client ?? NOBODY
      const asker = { caller, endpoint, client: self, version: session?.version ?? MODERN_VERSION, session }
      const own = isModern ? this.#modernResult(offer, request) : this.#legacyResult(offer, request)
      if (own === undefined) this.#relay(visit, asker, request)
      else answer.reply(resultMessage(request.id, own))
    } catch (error) {
      this.#answerFailure(answer, request.id, error)
    }
  }

  /** What is answered here; undefined for what a server has to answer. */
  #legacyResult(offer: Offer, { method, params }: Request): JsonObject | undefined {
    return method === 'ping' ? {} : this.#page(offer, method, params)
  }

  #modernResult(offer: Offer, { method, params }: Request): JsonObject | undefined {
    const result = method === 'server/discover' ? this.#discovery() : this.#page(offer, method, params)
    return result && { ...result, ...LISTED }
  }

  #page(offer: Offer, method: string, { cursor }: JsonObject): JsonObject | undefined {
    const kind = LISTS.get(method)
    return kind && pageOf(kind, this.#router.list(offer, kind), cursor)
  }

  #relay({ answer, bytesIn, offer }: Visit, asker: Asker, { id, method, params }: Request): void {
    const route = OURS.has(method) ? undefined : this.#router.route(offer, method, params)
    if (route === undefined) throw notFound(method)
    if ('unknown' in route) throw invalidParams(`Unknown ${route.unknown}`)
    const call = new RelayedCall(this.#deps, { asker, answer, id, method, bytesIn, ...route })
    // In the legacy era only a notification cancels.
    if (asker.session === undefined) answer.onceGone(() => call.cancel())
    call.start()
  }

  #initialize({ answer, caller, offer: { endpoint } }: Visit, { id, params }: Request): void {
    const { protocolVersion: asked, clientInfo: info, capabilities } = params
    if (typeof asked !== 'string' || !isObject(info) || !isObject(capabilities)) {
      throw new RpcFailure(400, -32_602, 'initialize needs protocolVersion, clientInfo and capabilities')
    }
    const version = LEGACY_VERSIONS.find((known) => known === asked) ?? LEGACY_VERSIONS[0]
    const session = this.#sessions.open({ caller, endpoint, client: { info, capabilities }, version })
    const { serverInfo } = this.#deps
    const result = { protocolVersion: version, capabilities: CAPABILITIES, serverInfo }
    answer.reply(resultMessage(id, result), 200, ['mcp-session-id', session.id])
  }

  #discovery(): JsonObject {
    const { serverInfo } = this.#deps
    return {
      supportedVersions: [MODERN_VERSION],
      capabilities: CAPABILITIES,
      _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo },
    }
  }

  #notified(session: LegacySession, { method, params }: Pick<Request, 'method' | 'params'>): void {
    const { requestId } = params
    if (method !== 'notifications/cancelled') return
    if (typeof requestId === 'string' || typeof requestId === 'number') session.calls.get(requestId)?.cancel()
  }

  #listen(visit: Visit): void {
    if (!`${visit.request.headers.accept}`.includes('text/event-stream')) {
      throw new RpcFailure(406, -32_000, 'Not Acceptable: accept text/event-stream')
    }
    this.#sessionOf(visit).listen(visit.answer)
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
      answer.reply(errorMessage(id, error), error.status, error.status === 405 ? ['allow', 'GET, POST, DELETE'] : [])
      return
    }
    this.#deps.onError(error)
    answer.reply(errorMessage(id, new RpcFailure(500, INTERNAL_ERROR, 'Internal error')), 500)
  }
}

const METHOD_NOT_ALLOWED = new RpcFailure(405, -32_000, 'Method not allowed')
const INVALID_REQUEST = new RpcFailure(400, -32_600, 'Bad Request: the body is not one JSON-RPC message')

const NOBODY: ClientSelf = { info: {}, capabilities: {} }

/** What is between a client and us, or not offered: no server gets it. */
const OURS: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  'subscriptions/listen',
])

const CAPABILITIES = { tools: {} }
/** Who may use what differs from token to token, and changes are to be seen soon. */
const LISTED = { resultType: 'complete', ttlMs: 5_000, cacheScope: 'private' }

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
