import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])
const REFUSED = new Set([401, 403, 429])

/**
 * One line for each request: who, which route, how it ended. Never the URL itself, which may carry a secret. What
 * changes something or was refused is marked `audit`.
 */
export function logRequests(app: FastifyInstance, log: Logger, onAnswer: (answer: Answered) => void): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)'
    const status = reply.statusCode
    onAnswer({ method: request.method, route, status, seconds: reply.elapsedTime / 1000 })
    log[levelOf(request.method, route, status)](lineOf(request, reply, route), 'request')
  })
}

export type Answered = {
  readonly method: string
  /** The pattern, not the path, so that there are only so many. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

function lineOf(request: FastifyRequest, reply: FastifyReply, route: string): Record<string, unknown> {
  const { principal } = request
  const audit = !READING.has(request.method) || REFUSED.has(reply.statusCode)
  return {
    ...(audit ? { audit: true, target: idsOf(request.params) } : {}),
    method: request.method,
    route,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    ...(principal ? { principal: principal.name, role: principal.role, token_id: principal.rootId } : {}),
    address: request.ip,
    request_id: request.id,
  }
}

/**
 * Probes and scrapes come every few seconds and tell nothing unless they fail. Readers that are sent away come in crowds,
 * and are counted elsewhere.
 */
function levelOf(method: string, route: string, status: number): 'debug' | 'info' | 'warn' | 'error' {
  if (status === 503) return READING.has(method) && !route.startsWith('/health/') ? 'debug' : 'warn'
  if (status >= 500) return 'error'
  if (REFUSED.has(status)) return 'warn'
  return route.startsWith('/health/') || route === '/metrics' ? 'debug' : 'info'
}

/** What was acted on, from the path: the id of a server or token, the name of a tool. */
function idsOf(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined
  const parts = Object.entries(params).map(([name, value]) => `${name}=${String(value).slice(0, 100)}`)
  return parts.length === 0 ? undefined : parts.join(' ')
}
