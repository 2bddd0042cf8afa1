import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../core/errors.ts'
import type { Caller, Endpoint, Offer } from '../../core/gateway/endpoint.ts'
import { partOf } from '../../core/gateway/scope.ts'
import type { Scopes } from '../../core/gateway/scopes.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import { Answer } from '../../mcp/downstream/answer.ts'
import type { Gateway } from '../../mcp/downstream/gateway.ts'
import { type HostRules, isOurHost, isOurOrigin } from '../access/hosts.ts'
import type { ClientBodies } from '../http/client-bodies.ts'
import { addressKey } from '../http/edge.ts'
import { problemHeaders, toProblem } from '../http/problems.ts'
import { clientAddress, clientScheme, type TrustedProxies } from '../http/trusted-proxies.ts'
import type { GatewayAccess } from './gateway-access.ts'

type Deps = {
  readonly gateway: Pick<Gateway, 'visit'>
  readonly access: GatewayAccess
  readonly hosts: HostRules
  readonly isTrusted: TrustedProxies
  readonly scopes: Scopes
  readonly fleet: Pick<Fleet, 'byName'>
  readonly bodies: ClientBodies
  readonly onError: (error: unknown) => void
}

type Arrival = {
  readonly endpoint: Endpoint
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const MAX_BODY_BYTES = 16 * 1024 * 1024

/** Answers what comes to the gateway's paths; false for all others. */
export function gatewayEntry(deps: Deps): (request: IncomingMessage, response: ServerResponse) => boolean {
  const isOurs = knownHost(deps.hosts)
  return (request, response) => {
    const endpoint = endpointOf(request.url ?? '')
    if (endpoint === undefined) return false
    const arrival = { endpoint, request, response }
    const { authorization } = request.headers
    try {
      if (!isOurs(request)) refuseForeign(request, deps)
      const caller = deps.access.known(authorization)
      if (caller !== undefined) enter(deps, arrival, caller)
      else prove(deps, arrival).catch((error: unknown) => refuse(deps, response, error))
    } catch (error) {
      refuse(deps, response, error)
    }
    return true
  }
}

async function prove(deps: Deps, arrival: Arrival): Promise<void> {
  const { request } = arrival
  const address = addressKey(clientAddress(request, deps.isTrusted))
  enter(deps, arrival, await deps.access.prove(request.headers.authorization, address))
}

function enter(deps: Deps, { endpoint, request, response }: Arrival, caller: Caller): void {
  const offer = offerOf(deps, endpoint, caller)
  const answer = new Answer(response)
  if (request.method !== 'POST') {
    deps.gateway.visit({ request, answer, caller, offer, body: '', bytesIn: 0 })
    return
  }
  if (!isJson(request.headers['content-type'])) {
    throw new AppError('unsupported_media_type', 'Send the body as application/json')
  }
  const pieces: Buffer[] = []
  let bytesIn = 0
  request.on('data', (piece: Buffer) => {
    if (response.headersSent) return
    bytesIn += piece.length
    pieces.push(piece)
    try {
      if (bytesIn > MAX_BODY_BYTES) throw TOO_LARGE
      deps.bodies.hold(response, bytesIn)
    } catch (error) {
      pieces.length = 0
      refuse(deps, response, error)
    }
  })
  request.once('end', () => {
    if (response.headersSent) return
    const [first] = pieces
    const body = pieces.length === 1 && first ? first : Buffer.concat(pieces)
    pieces.length = 0 // what listens for more may stay as long as the answer takes
    deps.gateway.visit({ request, answer, caller, offer, body: body.toString(), bytesIn })
  })
}

const isJson = (type = ''): boolean => type === 'application/json' || /^application\/json\s*(?:;|$)/i.test(type)

const TOO_LARGE = new AppError('too_large', `The body is larger than ${MAX_BODY_BYTES} bytes`)

/** @throws AppError 'not_found', in the same words for what is not there and what is not for this caller. */
function offerOf({ scopes, fleet }: Deps, endpoint: Endpoint, { limit }: Caller): Offer {
  const { server, collection } = endpoint
  if (collection !== undefined) {
    const scope = scopes.ofCollection(collection, limit)
    if (scope === undefined) throw new AppError('not_found', `No collection "${collection}"`)
    return { endpoint, scope }
  }
  const scope = scopes.within(limit)
  if (server === undefined) return { endpoint, scope }
  const member = fleet.byName(server)
  if (member === undefined || partOf(scope, member.server.id) === undefined) {
    throw new AppError('not_found', `No server "${server}"`)
  }
  return { endpoint, scope }
}

/** Paths are taken as they are: names of servers have nothing to be encoded. */
function endpointOf(url: string): Endpoint | undefined {
  if (url === ALL.path) return ALL
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  if (path === ALL.path) return ALL
  const [, kind, name, ...rest] = path.split('/')
  if (rest.length !== 1 || rest[0] !== 'mcp' || !name) return undefined
  if (kind === 'servers') return { path, server: name, collection: undefined }
  return kind === 'collections' ? { path, server: undefined, collection: name } : undefined
}

const ALL: Endpoint = { path: '/mcp', server: undefined, collection: undefined }

/** Whether it names us as the last one did that was let in, and comes from no page: most clients say always the same. */
function knownHost(hosts: HostRules): (request: IncomingMessage) => boolean {
  let lastHost: string | undefined
  let lastPort: number | undefined
  return ({ headers: { host, origin }, socket: { localPort } }) => {
    if (origin !== undefined) return false
    if (host === lastHost && localPort === lastPort && host !== undefined) return true
    if (!isOurHost(host, localPort ?? 80, hosts)) return false
    lastHost = host
    lastPort = localPort
    return true
  }
}

/** Stops pages of other sites: by the name they reached us under (DNS rebinding), and by where they come from. */
function refuseForeign(request: IncomingMessage, { hosts, isTrusted }: Deps): void {
  const {
    headers: { host, origin },
    socket,
  } = request
  if (!isOurHost(host, socket.localPort ?? 80, hosts)) {
    throw new AppError('forbidden', 'The Host header is not a name of this server; allow it with OMNI2_ALLOWED_HOSTS')
  }
  if (origin !== undefined && !isOurOrigin(origin, `${clientScheme(request, isTrusted)}://${host}`, hosts.publicUrl)) {
    throw new AppError('forbidden', 'Requests from pages of another origin are refused')
  }
}

function refuse({ onError }: Deps, response: ServerResponse, error: unknown): void {
  if (!(error instanceof AppError)) onError(error)
  if (response.headersSent) return
  const problem = toProblem(error)
  response.writeHead(problem.status, problemHeaders(problem)).end(JSON.stringify(problem))
}
