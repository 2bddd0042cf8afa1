import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Access } from '../../api/route.ts'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import type { Auth } from '../access/auth.ts'
import { isOurHost, isOurOrigin } from '../access/hosts.ts'
import { may, type Principal } from '../access/principal.ts'
import { SESSION_COOKIE } from '../access/session-cookie.ts'
import type { Config } from '../config/config.ts'
import type { ClientPlaces } from './client-places.ts'
import { requestCounts } from './request-counts.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the caller has proven who it is; never on a public route. */
    principal: Principal | undefined
  }
  interface FastifyInstance {
    /** Every route there is and who may use it, as registered. */
    readonly routeAccess: readonly RouteAccess[]
  }
  interface FastifyContextConfig {
    /** Every route must say it, or the server does not start. */
    access?: Access
  }
}

type RouteAccess = { readonly method: string; readonly url: string; readonly access: Access }

type Deps = {
  readonly auth: Auth
  readonly config: Pick<Config, 'allowedHosts' | 'publicUrl' | 'host'>
  readonly clock: Clock
  readonly places: ClientPlaces
  readonly requestsPerMinute: number
}

const DOCS = '/api/docs'
/** Routes that plugins add by themselves get their access from here. */
const PLUGIN_ROUTES: Readonly<Record<string, Access>> = { [DOCS]: 'viewer' }

/** Probes of our own health: they cost nothing and tell nothing. */
const BUSY_MS = 5_000
const UNLIMITED: readonly string[] = ['/health/live', '/health/ready']

/**
 * What stands before every route: the request must name us and come from our own page, the caller must be somebody,
 * be within the limit, and be allowed. Nothing of the body is read before.
 */
export async function guardRoutes(app: FastifyInstance, deps: Deps): Promise<void> {
  await app.register(rateLimit, { global: false, store: requestCounts(deps.clock) })
  const tooMany = app.createRateLimit({
    max: deps.requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: ({ principal, ip }) => (principal ? `token ${principal.rootId}` : addressKey(ip)),
  })
  app.decorateRequest('principal', undefined)
  const table: RouteAccess[] = []
  app.decorate('routeAccess', table)

  app.addHook('onRoute', (route) => {
    const plugin = Object.entries(PLUGIN_ROUTES).find(
      ([prefix]) => route.url === prefix || route.url.startsWith(`${prefix}/`),
    )
    if (plugin) route.config = { ...route.config, access: plugin[1] }
    const access = route.config?.access
    if (!access) throw new Error(`${String(route.method)} ${route.url} does not say who may use it`)
    for (const method of [route.method].flat()) table.push({ method, url: route.url, access })
  })

  app.addHook('onRequest', async (request, reply) => {
    const isProbe = UNLIMITED.includes(request.routeOptions.url ?? '')
    if (deps.places.isBeyond(request.raw.socket)) {
      reply.header('connection', 'close')
      if (!isProbe) throw new AppError('unavailable', 'Too many clients are connected', { retryAfterMs: BUSY_MS })
    }
    refuseForeign(request, deps.config)
    // What is no route at all is told only to who may read what is.
    const access = request.routeOptions.config.access ?? 'viewer'
    if (access !== 'public') request.principal = await authenticate(request, deps.auth)

    // Whoever floods us must not make the orchestrator believe that we are dead.
    if (isProbe) return
    const limit = await tooMany(request)
    if (!limit.isAllowed && limit.isExceeded) {
      throw new AppError('rate_limited', `More than ${limit.max} requests a minute`, { retryAfterMs: limit.ttl })
    }
    if (access === 'public') return
    if (!request.principal) {
      if (isForEyes(request)) {
        const next = request.is404 ? request.url : DOCS
        return reply.redirect(`/sign-in?next=${encodeURIComponent(next)}`, 303)
      }
      throw new AppError('unauthenticated', 'Sign in, or send a valid token as "Authorization: Bearer"')
    }
    // Browsers always send Origin with an upgrade, and a cookie is proof only together with it.
    if (request.ws && request.principal.kind === 'session' && request.headers.origin === undefined) {
      throw new AppError('forbidden', 'Connect from the dashboard, or with "Authorization: Bearer"')
    }
    if (!may(request.principal.role, access)) {
      throw new AppError('forbidden', `This needs the role ${access}; you are ${request.principal.role}`)
    }
  })
}

/** The address a limit counts by: a whole /64 for IPv6, since one machine owns that many. */
export const addressKey = (ip: string): string => rateLimit.normalizeIP(ip)

const authenticate = (request: FastifyRequest, auth: Auth): Promise<Principal | undefined> =>
  auth.authenticate(
    { authorization: request.headers.authorization, session: request.cookies[SESSION_COOKIE] },
    addressKey(request.ip),
  )

/**
 * A person opens the documentation, or what is not there, in a browser. The dashboard's own pages are public, and lead to
 * sign-in by themselves.
 */
export const isForEyes = ({ method, is404, url, routeOptions, headers }: FastifyRequest): boolean =>
  method === 'GET' &&
  headers.accept?.includes('text/html') === true &&
  (is404 ? !url.startsWith('/api/') : routeOptions.url?.startsWith(DOCS) === true)

/** Stops pages of other sites: by the name they reached us under (DNS rebinding), and by where they come from. */
function refuseForeign(request: FastifyRequest, config: Deps['config']): void {
  const { host, origin } = request.headers
  if (!isOurHost(host, request.socket.localPort ?? 80, config)) {
    throw new AppError('forbidden', 'The Host header is not a name of this server; allow it with OMNI2_ALLOWED_HOSTS')
  }
  if (origin !== undefined && !isOurOrigin(origin, `${request.protocol}://${host}`, config.publicUrl)) {
    throw new AppError('forbidden', 'Requests from pages of another origin are refused')
  }
}
