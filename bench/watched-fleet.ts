import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../src/core/clock.ts'
import { Secret } from '../src/core/config/secret.ts'
import type { ServerConfig, Target } from '../src/core/config/server.ts'
import type { ServerState } from '../src/core/health/state.ts'
import type { UpstreamSignal, Upstreams } from '../src/core/ports.ts'
import { loadConfig } from '../src/server/config/config.ts'
import { Metrics } from '../src/server/metrics.ts'
import { openUpstreams } from '../src/server/open-upstreams.ts'
import { ownShares } from '../src/server/shares.ts'
import { type Watch, watchFleet } from '../src/server/watch-fleet.ts'
import { openStore } from '../src/store/open-store.ts'
import { openVault } from '../src/store/vault.ts'

type Options = {
  readonly servers: readonly ServerConfig[]
  readonly clock: Clock
  /** Of PostgreSQL; SQLite without. */
  readonly databaseUrl?: string
  /** Of authorities to trust. */
  readonly caFile?: string
  /** Looks at what is asked of the upstreams. */
  readonly observe?: (upstreams: Upstreams) => Upstreams
}

/** At `target`, or the streamable HTTP server at a URL. */
export const serverConfig = (name: string, target: Target | string, checkIntervalMs: number): ServerConfig => ({
  name,
  description: 'Measured',
  target: typeof target === 'string' ? { protocol: 'http-streamable', url: new Secret(target, target) } : target,
  auth: { type: 'none' },
  timeoutMs: 10_000,
  callTimeoutMs: 60_000,
  checkIntervalMs,
  breakerOverride: {},
  recordPayloads: false,
  gatewayProcess: 'shared',
})

/** So many servers, each at a path of its own under `url`. */
export const serversUnder = (url: string, count: number, intervalMs: number): readonly ServerConfig[] =>
  Array.from({ length: count }, (_, n) => serverConfig(`server-${n}`, `${url}/${n}`, intervalMs))

type Outside = {
  readonly dataDir: string
  readonly clock: Clock
  readonly caFile?: string | undefined
  readonly onSignal?: (signal: UpstreamSignal) => void
}

/** The way out of a running Omni2 that listens on loopback. */
export async function openOutside(owned: AsyncDisposableStack, deps: Outside): Promise<Upstreams> {
  const { dataDir, clock, caFile, onSignal = () => {} } = deps
  const config = { ...loadConfig({ env: {}, flags: {} }), dataDir, caFile }
  const env = { PATH: process.env.PATH }
  const outside = await openUpstreams({
    config,
    env,
    version: '0.0.0',
    cwd: dataDir,
    shares: await ownShares(),
    clock,
    onSignal,
    onError: complain,
  })
  owned.defer(() => outside.close())
  return outside.upstreams
}

/** A folder that goes with its owner. */
export async function folder(owned: AsyncDisposableStack): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'omni2-bench-'))
  owned.defer(() => rm(made, { recursive: true, force: true }))
  return made
}

const complain = (error: unknown): void => void process.stderr.write(`${String(error)}\n`)

/** A fleet under watch in this process, with all its bookkeeping: reducer, journal, store, feeds and their metrics. */
export class WatchedFleet implements AsyncDisposable {
  readonly watch: Watch
  readonly #upstreams: Upstreams
  readonly #owned: AsyncDisposableStack
  /** Checks that ended so far. */
  checks = 0
  /** Those of them that found a fault; what this process itself held up is none. */
  failed = 0
  /** How long after they were due checks that passed had started; empty it to begin anew. */
  lateMs: number[] = []
  readonly #due = new Map<number, number>()

  static async start({
    servers,
    clock,
    databaseUrl,
    caFile,
    observe = (same) => same,
  }: Options): Promise<WatchedFleet> {
    const owned = new AsyncDisposableStack()
    const dataDir = await folder(owned)
    const vault = await openVault({ dataDir, secretKey: undefined })
    const store = await openStore({
      databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
      dataDir,
      vault,
    })
    owned.defer(() => store.close())
    const onSignal = (signal: UpstreamSignal) => watch.monitor.hear(signal)
    const upstreams = await openOutside(owned, { dataDir, clock, caFile, onSignal })
    const random = Math.random
    const deps = { store, upstreams: observe(upstreams), clock, random, retentionDays: 30, onError: complain }
    const watch: Watch = watchFleet(deps)
    owned.defer(async () => {
      await watch.monitor.stop()
      watch.stalls.stop()
      await watch.journal.close()
    })
    const { events, checks, endedCalls: calls } = watch
    const metrics = new Metrics({ events, checks, calls, servers: () => [], liveClients: () => 0, backlog: () => 0 })
    owned.defer(() => metrics.close())
    const fleet = new WatchedFleet(watch, upstreams, owned)
    await watch.registry.createAll(servers.map((config) => ({ config, enabled: true })))
    return fleet
  }

  private constructor(watch: Watch, upstreams: Upstreams, owned: AsyncDisposableStack) {
    this.watch = watch
    this.#upstreams = upstreams
    this.#owned = owned
    watch.checks.subscribe(({ serverId, outcome, at, responseTimeMs, nextCheckAt }) => {
      this.checks++
      if (outcome !== 'ok' && outcome !== 'inconclusive') this.failed++
      const due = this.#due.get(serverId)
      if (due !== undefined && outcome === 'ok') this.lateMs.push(at - responseTimeMs - due)
      if (nextCheckAt !== undefined) this.#due.set(serverId, nextCheckAt)
    })
  }

  /** @throws when so many checks did not end within `ms`. */
  async untilChecked(count: number, ms: number): Promise<void> {
    const deadline = AbortSignal.timeout(ms)
    while (this.checks < count) {
      if (deadline.aborted) throw new Error(`${this.checks} of ${count} checks within ${ms} ms`)
      await setTimeout(20)
    }
  }

  /** How many checks ended while it waited. @throws when one found a fault. */
  async checksWithin(ms: number): Promise<number> {
    const before = this.checks
    await setTimeout(ms)
    if (this.failed > 0) throw new Error(`${this.failed} of ${this.checks} checks failed`)
    return this.checks - before
  }

  /** How many servers are so at the moment. */
  count(is: (state: ServerState) => boolean): number {
    return [...this.watch.fleet.all()].filter(({ state }) => is(state)).length
  }

  /** Stops watching and ends all connections; the fleet itself stays. */
  async disconnect(): Promise<void> {
    await this.watch.monitor.stop()
    await this.#upstreams.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }
}
