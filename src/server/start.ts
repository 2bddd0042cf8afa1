import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { Feed } from '../core/feed.ts'
import type { StoredCall } from '../core/gateway/call-history.ts'
import type { ServerId } from '../core/ids.ts'
import type { Store } from '../core/ports.ts'
import { epochOf } from '../core/watch/epoch.ts'
import { firstVersion } from '../core/watch/first-version.ts'
import type { Member } from '../core/watch/fleet.ts'
import type { CallTracer } from '../mcp/call-trace.ts'
import type { McpUpstreams } from '../mcp/upstreams.ts'
import { acquireLock } from '../store/lock.ts'
import { openStore } from '../store/open-store.ts'
import { openVault } from '../store/vault.ts'
import { Auth } from './access/auth.ts'
import { bootstrap, type FirstStart } from './access/bootstrap.ts'
import { TokenBook } from './access/token-book.ts'
import type { Config } from './config/config.ts'
import { openGateway, type Said } from './gateway/open-gateway.ts'
import { createApp } from './http/app.ts'
import { ClientBodies } from './http/client-bodies.ts'
import { serveDashboard } from './http/dashboard.ts'
import { registerRoutes } from './http/register-routes.ts'
import type { Answered } from './http/request-log.ts'
import { LiveHub } from './live/live-hub.ts'
import { registerLive } from './live/live-route.ts'
import { Metrics } from './metrics.ts'
import { addressPolicy, openUpstreams } from './open-upstreams.ts'
import { SchemaThread } from './output-schema/schema-thread.ts'
import { accessHandlers } from './routes/access.ts'
import { availabilityHandlers } from './routes/availability.ts'
import { breakerHandlers } from './routes/breakers.ts'
import { callHandlers } from './routes/calls.ts'
import { checkHandlers } from './routes/checks.ts'
import { collectionHandlers } from './routes/collections.ts'
import { healthLogHandlers } from './routes/health-logs.ts'
import { historyHandlers } from './routes/history.ts'
import { ownHealthHandlers } from './routes/own-health.ts'
import { serverHandlers } from './routes/servers.ts'
import { summaryHandlers } from './routes/summary.ts'
import { toolHandlers } from './routes/tools.ts'
import { transferHandlers } from './routes/transfer.ts'
import { ownShares, type Shares } from './shares.ts'
import { openTracing } from './tracing/open-tracing.ts'
import { startUpkeep } from './upkeep.ts'
import { callView, recentTrafficView } from './views/call.ts'
import { jobProgress } from './views/jobs.ts'
import { serverView } from './views/server.ts'
import { type Watch, watchFleet } from './watch-fleet.ts'

/** Of the connections to us, so that some are left to ask and to sign in with. */
const LIVE_SHARE = 3 / 4
/** Where the build puts the dashboard. */
const DASHBOARD = path.join(import.meta.dirname, '../../dist/web')

type Deps = {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: Logger
  readonly version: string
  /** Where the commands of stdio servers run. */
  readonly cwd: string
  readonly clock: Clock
  readonly random: () => number
  /** Something happened that this process must end for. */
  readonly onFatal: (reason: AppError) => void
}

export type Running = {
  /** Where it listens, such as `http://127.0.0.1:8000`. */
  readonly url: string
  readonly firstStart: FirstStart | undefined
  /** Lets requests and calls in flight finish, stores what is left, ends every process. */
  readonly stop: () => Promise<void>
}

/** What ends what was started, in the order of the start. */
type Cleanups = (() => Promise<unknown> | unknown)[]

/**
 * Starts Omni2 whole, or leaves nothing behind. @throws AppError 'conflict' when it runs already, 'unavailable' when the
 * store or the port cannot be had, 'invalid_input' for what the configuration names and is not there.
 */
export async function start(deps: Deps): Promise<Running> {
  const { config, env, log, version, cwd, clock, random, onFatal } = deps
  const cleanups: Cleanups = []
  const cleanUp = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await Promise.resolve(cleanup()).catch(onError)
  }
  const onError = (error: unknown) => log.error({ err: error }, 'internal error')
  try {
    const { dataDir, databaseUrl, secretKey, retentionDays } = config
    const lock = await acquireLock({ dataDir, databaseUrl, onLost: onFatal })
    cleanups.push(() => lock.release())
    const shares = await ownShares()
    const vault = await openVault({ dataDir, secretKey })
    const store = await openStore({ databaseUrl, dataDir, vault, onLost: onFatal })
    cleanups.push(() => store.close())
    const said = new Feed<Said>(onError)
    const outside = await openUpstreams({
      config,
      env,
      version,
      cwd,
      shares,
      clock,
      onError,
      onSignal: (signal) => watch.monitor.hear(signal),
      onNotified: (id, method, params) => said.emit({ id, method, params }),
    })
    cleanups.push(() => outside.close())
    if (outside.reaped > 0) log.warn({ processes: outside.reaped }, 'ended processes that an earlier run left behind')
    const { upstreams } = outside
    const watch: Watch = watchFleet({ store, upstreams, shares, clock, random, retentionDays, onError })
    cleanups.push(
      () => watch.journal.close(),
      () => watch.callLog.close(),
      () => watch.stalls.stop(),
      () => watch.catalog.close(),
      () => watch.monitor.stop(),
    )
    const book = new TokenBook({ store, clock, outage: () => watch.journal.outage, onError })
    const auth = new Auth({ book, clock })
    cleanups.push(await book.start())
    const epoch = await epochOf({ store, journal: watch.journal, newId: randomUUID })
    const tracing = await openTracing({ env, version, log })
    cleanups.push(async () => tracing?.close())
    const tracer = tracing?.tracer
    const app = await serveApi({
      ...{ ...deps, store, epoch, watch, auth, book, upstreams, shares, said, tracer },
      ...{ cleanups, onError },
    })
    watch.journal.startAt((await store.eventRange()).newest)
    watch.fleet.startAt(await firstVersion({ store, journal: watch.journal, clock }))
    await watch.settings.load()
    await watch.collections.load()
    await watch.callLog.load()
    await watch.registry.load()
    watch.catalog.load()
    const firstStart = await bootstrap(book, auth, config.adminToken)
    await watch.compaction.load()
    const retention = () => watch.settings.values.retention
    cleanups.push(startUpkeep({ store, compaction: watch.compaction, retention, clock, log, onError }))
    const url = await listen(app, config)
    return { url, firstStart, stop: cleanUp }
  } catch (error) {
    await cleanUp()
    throw error
  }
}

type Served = Deps & {
  readonly tracer: CallTracer | undefined
  readonly store: Store
  readonly epoch: string
  readonly watch: Watch
  readonly auth: Auth
  readonly book: TokenBook
  readonly upstreams: McpUpstreams
  readonly shares: Shares
  readonly said: Feed<Said>
  readonly cleanups: Cleanups
  readonly onError: (error: unknown) => void
}

/** The web server with the API, the live feed and the documentation; it does not listen yet. */
async function serveApi(deps: Served): Promise<FastifyInstance> {
  const { config, log, version, clock, store, watch, auth, book, upstreams, shares, cleanups, onError } = deps
  const { fleet, monitor, registry, settings, events, checks } = watch
  const view = (member: Member) => ({
    ...serverView(member, clock),
    traffic: recentTrafficView(watch.traffic.of(member.server.id)),
  })
  const views = () => [...fleet.all()].map(view)
  const viewsOf = (ids: readonly ServerId[]) => ids.flatMap((id) => fleet.find(id) ?? []).map(view)
  const metrics = new Metrics({
    events,
    checks,
    servers: views,
    calls: watch.endedCalls,
    liveClients: () => hub.size,
    backlog: () => watch.journal.backlog,
  })
  metrics.watchProcess()
  const snapshot = () => ({ servers: views(), seq: watch.journal.lastSeq, version: fleet.version })
  const onAnswer = (answer: Answered) => metrics.countRequest(answer)
  const bodies = new ClientBodies(shares.bodyBytes)
  const gateway = openGateway({ ...deps, bodies })
  const { before } = gateway
  const mostClients = shares.clients
  const app = await createApp({ config, auth, log, version, clock, onAnswer, before, mostClients, bodies })
  const schemas = new SchemaThread(clock)
  // Calls end before the connections they came on.
  cleanups.push(
    () => schemas.close(),
    () => app.close(),
    () => gateway.close(),
  )
  const viewOfCall = (call: StoredCall) => callView(call, (id) => book.get(id)?.name)
  const { epoch } = deps
  const hub = new LiveHub({
    ...{ events, checks, tokens: book, snapshot, epoch, viewsOf, callView: viewOfCall },
    ...{ store, clock, log },
  })
  watch.storedCalls.subscribe((calls) => hub.tellCalls(calls))
  watch.progress.subscribe((job) => hub.tellJob(jobProgress(job)))
  app.addHook('preClose', async () => hub.close())
  const rules = { addresses: addressPolicy(config), stdioAllowed: config.stdioAllowed }
  const storing = () => watch.journal.outage === undefined
  registerLive(app, hub, shares.clients * LIVE_SHARE)
  await serveDashboard(app, DASHBOARD)
  const handlers = {
    ...accessHandlers({ auth, book, ...watch, clock }),
    ...collectionHandlers(watch),
    ...serverHandlers({ ...watch, upstreams, rules, clock }),
    ...availabilityHandlers({ ...watch, store, clock }),
    ...healthLogHandlers({ fleet, store }),
    ...summaryHandlers({ ...watch, store, clock }),
    ...transferHandlers({ fleet, registry, rules }),
    ...checkHandlers({ ...watch, upstreams, rules, clock }),
    ...callHandlers({ store, book, clock }),
    ...toolHandlers({ ...watch, schemas, clock, onError }),
    ...breakerHandlers({ fleet, monitor, registry, settings, clock }),
    ...historyHandlers({ ...watch, store, epoch }),
    ...ownHealthHandlers({ store, clock, started: () => app.server.listening, storing, metrics }),
  }
  registerRoutes(app, handlers, { publicUrl: config.publicUrl, clock })
  return app
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    const why = code === 'EADDRINUSE' ? 'it is in use; choose another with --port' : String(code ?? cause)
    throw new AppError('unavailable', `Cannot listen on ${host}:${port}: ${why}`, { cause })
  }
}
