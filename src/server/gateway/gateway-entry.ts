import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../core/errors.ts'
import type { Caller, Endpoint } from '../../core/gateway/endpoint.ts'
import { Answer } from '../../mcp/downstream/answer.ts'
import type { Gateway } from '../../mcp/downstream/gateway.ts'
import { type HostRules, isOurHost, isOurOrigin } from '../access/hosts.ts'
import { problemHeaders, toProblem } from '../http/problems.ts'
import type { GatewayAccess } from './gateway-access.ts'

type Deps = {
  readonly gateway: Pick<Gateway, 'visit'>
  readonly access: GatewayAccess
  readonly hosts: HostRules
  /** Whether a server of that name is registered. */
  readonly isServer: (name: string) => boolean
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
  return (request, response) => {
    const endpoint = endpointOf(request.url ?? '')
    if (endpoint === undefined) return false
    const arrival = { endpoint, request, response }
    const { authorization } = request.headers
    try {
      refuseForeign(request, deps.hosts)
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
  const { headers, socket } = arrival.request
  enter(deps, arrival, await deps.access.prove(headers.authorization, socket.remoteAddress ?? ''))
}

function enter(deps: Deps, { endpoint, request, response }: Arrival, caller: Caller): void {
  if (endpoint.server !== undefined && !deps.isServer(endpoint.server)) {
    throw new AppError('not_found', `No server "${endpoint.server}"`)
  }
  const answer = new Answer(response)
  if (request.method !== 'POST') {
    deps.gateway.visit({ request, answer, caller, endpoint, body: '', bytesIn: 0 })
    return
  }
  if (!isJson(request.headers['content-type'])) {
    throw new AppError('unsupported_media_type', 'Send the body as application/json')
  }
  const pieces: Buffer[] = []
  let bytesIn = 0
  request.on('data', (piece: Buffer) => {
    bytesIn += piece.length
    if (bytesIn > MAX_BODY_BYTES) refuse(deps, response, TOO_LARGE)
    else pieces.push(piece)
  })
  request.once('end', () => {
    if (response.headersSent) return
    const [first] = pieces
    const body = pieces.length === 1 && first ? first : Buffer.concat(pieces)
    deps.gateway.visit({ request, answer, caller, endpoint, body: body.toString(), bytesIn })
  })
}

const isJson = (type = ''): boolean => type === 'application/json' || /^application\/json\s*(?:;|$)/i.test(type)

const TOO_LARGE = new AppError('too_large', `The body is larger than ${MAX_BODY_BYTES} bytes`)

/** Paths are taken as they are: names of servers have nothing to be encoded. */
function endpointOf(url: string): Endpoint | undefined {
  if (url === ALL.path) return ALL
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  if (path === ALL.path) return ALL
  if (!path.startsWith(SERVERS) || !path.endsWith(ALL.path)) return undefined
  const server = path.slice(SERVERS.length, -ALL.path.length)
  return server === '' || server.includes('/') ? undefined : { path, server }
}

const ALL: Endpoint = { path: '/mcp', server: undefined }
const SERVERS = '/servers/'

/** Stops pages of other sites: by the name they reached us under (DNS rebinding), and by where they come from. */
function refuseForeign({ headers: { host, origin }, socket }: IncomingMessage, hosts: HostRules): void {
  if (!isOurHost(host, socket.localPort ?? 80, hosts)) {
    throw new AppError('forbidden', 'The Host header is not a name of this server; allow it with OMNI2_ALLOWED_HOSTS')
  }
  if (origin !== undefined && !isOurOrigin(origin, `http://${host}`, hosts.publicUrl)) {
    throw new AppError('forbidden', 'Requests from pages of another origin are refused')
  }
}

function refuse({ onError }: Deps, response: ServerResponse, error: unknown): void {
  if (!(error instanceof AppError)) onError(error)
  if (response.headersSent) return
  const problem = toProblem(error)
  response.writeHead(problem.status, problemHeaders(problem)).end(JSON.stringify(problem))
}
