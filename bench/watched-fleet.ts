import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../src/core/clock.ts'
import { Secret } from '../src/core/config/secret.ts'
import type { ServerConfig } from '../src/core/config/server.ts'
import { McpUpstreams } from '../src/mcp/upstreams.ts'
import { Metrics } from '../src/server/metrics.ts'
import { type Watch, watchFleet } from '../src/server/watch-fleet.ts'
import { openStore } from '../src/store/open-store.ts'
import { openVault } from '../src/store/vault.ts'

type Options = {
  /** Of the fixture; each server gets a path of its own under it. */
  readonly url: string
  /** Where some of them are instead, which never answer. */
  readonly hung?: readonly string[]
  readonly servers: number
  readonly intervalMs: number
  readonly clock: Clock
}

export const serverConfig = (name: string, url: string, intervalMs: number): ServerConfig => ({
  name,
  description: 'Measured',
  target: { protocol: 'http-streamable', url: new Secret(url, url) },
  auth: { type: 'none' },
  timeoutMs: 10_000,
  callTimeoutMs: 60_000,
  checkIntervalMs: intervalMs,
  breakerOverride: {},
})

export const openUpstreams = (clock: Clock): McpUpstreams =>
  new McpUpstreams({
    clock,
    env: {},
    addresses: { allowLoopback: true, allow: [], deny: [] },
    ca: undefined,
    clientInfo: { name: 'omni2', version: '0.0.0' },
    onSignal: () => {},
    openProcess: () => {
      throw new Error('No processes here')
    },
  })

/** A fleet under watch in this process, with all its bookkeeping: reducer, journal, SQLite, feeds and their metrics. */
export class WatchedFleet implements AsyncDisposable {
  readonly watch: Watch
  readonly #upstreams: McpUpstreams
  readonly #owned: AsyncDisposableStack
  /** Checks that ended so far. */
  checks = 0
  /** Those of them that did not pass. */
  failed = 0
  /** How long after they were due checks that passed had started; empty it to begin anew. */
  lateMs: number[] = []
  readonly #due = new Map<number, number>()

  static async start({ url, hung = [], servers, intervalMs, clock }: Options): Promise<WatchedFleet> {
    const owned = new AsyncDisposableStack()
    const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-bench-'))
    owned.defer(() => rm(dataDir, { recursive: true, force: true }))
    const store = await openStore({
      databaseUrl: undefined,
      dataDir,
      vault: await openVault({ dataDir, secretKey: undefined }),
    })
    owned.defer(() => store.close())
    const upstreams = openUpstreams(clock)
    owned.defer(() => upstreams.close())
    const onError = (error: unknown) => process.stderr.write(`${String(error)}\n`)
    const watch = watchFleet({ store, upstreams, clock, random: Math.random, retentionDays: 30, onError })
    owned.defer(async () => {
      await watch.monitor.stop()
      watch.stalls.stop()
      await watch.journal.close()
    })
    const metrics = new Metrics({
      events: watch.events,
      checks: watch.checks,
      servers: () => [],
      liveClients: () => 0,
      backlog: () => watch.journal.backlog,
    })
    owned.defer(() => metrics.close())
    const fleet = new WatchedFleet(watch, upstreams, owned)
    const configs = Array.from({ length: servers }, (_, n) =>
      serverConfig(`server-${n}`, hung[n] ?? `${url}/${n}`, intervalMs),
    )
    await watch.registry.createAll(configs.map((config) => ({ config, enabled: true })))
    return fleet
  }

  private constructor(watch: Watch, upstreams: McpUpstreams, owned: AsyncDisposableStack) {
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

  /** How many checks ended while it waited. @throws when one did not pass. */
  async checksWithin(ms: number): Promise<number> {
    const before = this.checks
    await setTimeout(ms)
    if (this.failed > 0) throw new Error(`${this.failed} of ${this.checks} checks failed`)
    return this.checks - before
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
