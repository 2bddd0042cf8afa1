import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Problem } from '../../api/problem.ts'
import type { Route } from '../../api/route.ts'
import { ROUTES, type RouteName } from '../../api/routes.ts'
import type { Clock, Timestamp } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import type { Principal } from '../access/principal.ts'
import { SESSION_COOKIE, sessionCookieOptions } from '../access/session-cookie.ts'
import { addressKey } from './edge.ts'

type Part<R, Name extends string> = R extends { readonly [name in Name]: infer S extends z.ZodType }
  ? z.output<S>
  : undefined

/** What a handler may say beside its answer. */
type Answer = {
  header(name: string, value: string): void
  /** Another status than the route's own; the answer is then sent as it is. */
  status(code: number): void
  startSession(secret: string, expiresAt: Timestamp): void
  endSession(): void
}

/** A request of route `R`, checked by its schemas. */
type RequestOf<R extends Route> = {
  readonly params: Part<R, 'params'>
  readonly query: Part<R, 'query'>
  readonly body: Part<R, 'body'>
  readonly principal: R['access'] extends 'public' ? Principal | undefined : Principal
  readonly headers: IncomingHttpHeaders
  /** Where the caller is, as limits count it. */
  readonly address: string
  /** Aborts when the caller is gone before the answer is. */
  readonly signal: AbortSignal
  readonly answer: Answer
}

/** An answer that is sent while it comes into being, as it is. */
export class Streamed {
  readonly contentType: string
  readonly body: Readable

  constructor(contentType: string, body: Readable) {
    this.contentType = contentType
    this.body = body
  }
}

type Handler<R extends Route> = (
  request: RequestOf<R>,
) => Promise<R extends { readonly answer: z.ZodType } ? Part<R, 'answer'> | Streamed : void>

/** One handler for each route of a table; `Handlers` is the whole API, `HandlersOf<'signIn' | ...>` a part of it. */
export type HandlersOf<N extends RouteName> = { readonly [Name in N]: Handler<(typeof ROUTES)[Name]> }
export type Handlers = HandlersOf<RouteName>

type Deps = { readonly publicUrl: string | undefined; readonly clock: Clock }

/** Routes that take more or less than the usual 1 MiB; anyone at all may sign in. */
const BODY_LIMITS: Readonly<Record<string, number>> = { importServers: 4 * 1024 * 1024, signIn: 4 * 1024 }
/** These wait for upstreams, which have deadlines of their own. */
const UNHURRIED: readonly string[] = ['triggerHealthCheck', 'reloadServer', 'discoverServer', 'callTool']
/** The others wait for the database, or for the calls in flight of a server that goes, which get 10 s. */
const ANSWER_MS = 20_000

/** Puts every route of the API's table behind its handler. */
export function registerRoutes(app: FastifyInstance, handlers: Handlers, deps: Deps): void {
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    // `never`: each handler takes the request of its own route, which no common type can say.
    const handler: ((request: never) => Promise<unknown>) | undefined = new Map(Object.entries(handlers)).get(name)
    if (!handler) throw new Error(`Route ${name} has no handler`)
    app.route({
      method: route.method,
      url: route.path,
      config: { access: route.access },
      schema: schemaOf(name, route),
      ...(BODY_LIMITS[name] === undefined ? {} : { bodyLimit: BODY_LIMITS[name] }),
      handler: async (request, reply) => {
        const answering = handler(toRequest(request, reply, deps) as never) // parsed by the schemas of this very route
        return send(reply, route, await (UNHURRIED.includes(name) ? answering : inTime(answering, deps.clock)))
      },
    })
  }
}

/** @throws AppError 'unavailable' when the answer takes too long. */
async function inTime<T>(answering: Promise<T>, clock: Clock): Promise<T> {
  const late = Promise.withResolvers<never>()
  const why = 'The database has not answered in time. What was asked for may still be done: look before asking again'
  const cancel = clock.after(ANSWER_MS, () => late.reject(new AppError('unavailable', why)))
  try {
    return await Promise.race([answering, late.promise])
  } finally {
    cancel()
  }
}

function toRequest(request: FastifyRequest, reply: FastifyReply, deps: Deps) {
  const { params, query, body, principal, headers, ip } = request
  return {
    params,
    query,
    body,
    principal,
    headers,
    address: addressKey(ip),
    signal: signalOf(reply),
    answer: answerOf(reply, deps),
  }
}

function answerOf(reply: FastifyReply, deps: Deps): Answer {
  return {
    header: (name, value) => void reply.header(name, value),
    status: (code) => void reply.code(code),
    startSession: (secret, expiresAt) =>
      void reply.setCookie(SESSION_COOKIE, secret, sessionCookieOptions(deps.publicUrl, expiresAt)),
    endSession: () => void reply.clearCookie(SESSION_COOKIE, sessionCookieOptions(deps.publicUrl)),
  }
}

/** Fastify's own `request.signal` follows the request, which is over once its body was read; this follows the answer. */
function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}

function send(reply: FastifyReply, route: Route, answer: unknown): FastifyReply {
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  if (answer instanceof Streamed) {
    // Proxies would keep the first event until many came.
    return reply.code(route.status).header('x-accel-buffering', 'no').type(answer.contentType).send(answer.body)
  }
  if (reply.statusCode !== 200) {
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer))
  }
  reply.code(route.status)
  if (!route.answer) return reply.send()
  return reply.type(route.contentType ?? 'application/json; charset=utf-8').send(answer)
}

/** The route's schemas for checking requests and answers, and for the OpenAPI document. */
function schemaOf(name: string, route: Route) {
  const contentType = route.contentType ?? 'application/json'
  return {
    operationId: name,
    summary: route.summary,
    tags: [...route.tags],
    description: route.access === 'public' ? 'For everyone.' : `For the role ${route.access} and those above it.`,
    ...(route.access === 'public' ? { security: [] } : {}),
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { querystring: route.query } : {}),
    ...(route.body ? { body: route.body } : {}),
    response: {
      [route.status]: route.answer
        ? { description: route.summary, content: { [contentType]: { schema: route.answer }, ...eventsOf(route) } }
        : z.undefined().describe('Done'),
      default: { description: 'A problem', content: { 'application/problem+json': { schema: Problem } } },
    },
  }
}

/** Each event of a stream is one of these, by its name. */
const eventsOf = ({ events }: Route) =>
  events ? { 'text/event-stream': { schema: z.object(events).partial().describe('By the name of the event') } } : {}
