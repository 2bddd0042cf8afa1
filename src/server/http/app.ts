import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { asWritten } from '../../mcp/long-text.ts'
import type { Auth } from '../access/auth.ts'
import type { Config } from '../config/config.ts'
import { ClientBodies } from './client-bodies.ts'
import { ClientPlaces } from './client-places.ts'
import { guardRoutes } from './edge.ts'
import { createHttpServer, refuseBrokenRequest } from './http-server.ts'
import { findJsonTrap } from './json-body.ts'
import { documentRoutes } from './open-api.ts'
import { problemHeaders, toProblem } from './problems.ts'
import { type Answered, logRequests } from './request-log.ts'
import { ShedLog } from './shed-log.ts'
import { trustedProxies } from './trusted-proxies.ts'

type Deps = {
  readonly config: Config
  readonly auth: Auth
  readonly log: Logger
  readonly version: string
  readonly clock: Clock
  readonly onAnswer?: (answer: Answered) => void
  /** Gets every request before the routes; true when it answers it. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Of one token, or of one address while nobody is signed in. */
  readonly requestsPerMinute?: number
  /** Connections at once. */
  readonly mostClients?: number
  readonly bodies?: ClientBodies
}

const MAX_BODY_BYTES = 1024 * 1024

/** Who cannot read that many bytes is told so (1009), and nothing is compressed: frames are small and shared. */
const SOCKETS = { maxPayload: 64 * 1024, perMessageDeflate: false, closeTimeout: 5_000 }

/** The web server with everything that stands before and around its routes, and no route of its own but the API's documentation. */
export async function createApp(deps: Deps): Promise<FastifyInstance> {
  const { config, auth, log, clock, onAnswer = () => {}, requestsPerMinute = 600, before = () => false } = deps
  const { bodies = new ClientBodies() } = deps
  const places = new ClientPlaces(deps.mostClients)
  const logger: FastifyBaseLogger = log
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    serverFactory: (handler) =>
      places.watch(
        createHttpServer((request, response) => {
          if (places.isBeyond(request.socket) || !before(request, response)) handler(request, response)
        }),
      ),
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, _request, reply) => {
      const problem = toProblem(error)
      reply.hijack().raw.writeHead(problem.status, problemHeaders(problem)).end(JSON.stringify(problem))
    },
    bodyLimit: MAX_BODY_BYTES,
    genReqId: () => randomUUID(),
    trustProxy: trustedProxies(config.trustedProxies),
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1_024 },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerFailures(app, log, clock)
  readJson(app, bodies)
  logRequests(app, log, onAnswer)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onSend', (_request, _reply, payload, done) =>
    done(null, typeof payload === 'string' ? asWritten(payload) : payload),
  )
  await app.register(helmet, securityHeaders(config.publicUrl))
  await app.register(cookie)
  await app.register(websocket, { options: SOCKETS, preClose: sayGoodbye, errorHandler: closeBroken })
  await guardRoutes(app, { auth, config, clock, places, requestsPerMinute })
  await documentRoutes(app, deps.version)
  return app
}

/** A frame that is too large or no frame at all; ws has told the client already, so that this only makes sure. */
function closeBroken(this: FastifyInstance, error: Error, socket: WebSocket): void {
  this.log.info({ err: error }, 'live connection failed')
  socket.close(1011)
}

function sayGoodbye(this: FastifyInstance, done: () => void): void {
  for (const socket of this.websocketServer.clients) socket.close(1001, 'Going away')
  this.websocketServer.close()
  done()
}

function answerFailures(app: FastifyInstance, log: Logger, clock: Clock): void {
  const shed = new ShedLog(log, clock)
  app.addHook('onClose', async () => shed.close())
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = toProblem(error)
    if (error instanceof AppError && error.code === 'unavailable') shed.add(error)
    else if (problem.status >= 500)
      log.error({ err: error, request_id: request.id, code: problem.code }, 'request failed')
    return reply.code(problem.status).headers(problemHeaders(problem)).send(JSON.stringify(problem))
  })
  app.setNotFoundHandler((request) => {
    throw new AppError('not_found', `No route ${request.method} ${request.url.split('?')[0]}`)
  })
}

/** Bodies are JSON only. `__proto__` and `constructor.prototype` are refused by Fastify's own parser. */
function readJson(app: FastifyInstance, bodies: ClientBodies): void {
  app.addHook('preParsing', async ({ headers, routeOptions }, reply) => {
    // What it may become, where it does not say how large it is.
    const chunked = headers['transfer-encoding'] === undefined ? 0 : routeOptions.bodyLimit
    bodies.hold(reply.raw, Math.min(Number(headers['content-length'] ?? chunked), routeOptions.bodyLimit))
  })
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Many clients say JSON and send nothing.
    if (body === '') return done(null, undefined)
    const trap = findJsonTrap(body)
    if (trap !== undefined) return done(new AppError('bad_request', trap), undefined)
    return parse(request, body, done)
  })
}

/** No script, style or frame but our own. https is insisted on only where people reach us by it. */
const securityHeaders = (publicUrl: string | undefined) => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      scriptSrcAttr: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      fontSrc: ["'self'"],
      // What a tool answers as sound, played from the answer itself.
      mediaSrc: ['data:'],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  frameguard: { action: 'deny' as const },
  referrerPolicy: { policy: 'no-referrer' as const },
  strictTransportSecurity: publicUrl?.startsWith('https://') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
})
