import { filledDataDir } from '../../bench/filled-data-dir.ts'
import { fixture } from '../../bench/fixture.ts'
import { serverConfig } from '../../bench/watched-fleet.ts'
import type { ChildServer } from './child-server.ts'
import { until } from './journey.ts'
import { Omni2, type Omni2Options } from './omni2.ts'
import { OwnMetrics } from './own-metrics.ts'

type Options = {
  readonly servers: number
  /** Of checks. */
  readonly timeoutMs?: number
  /** Of one origin sixteen are checked at once. */
  readonly origins?: number
  readonly omni2?: Omni2Options
}

export const CROWD_INTERVAL_MS = 5_000

/** Many servers, all of one process, and the real Omni2 that watches them. Ends with its `await using` block. */
export class Crowd implements AsyncDisposable {
  /** Obeys as `bench/fixture-server.ts` tells. */
  readonly upstream: ChildServer
  readonly omni2: Omni2
  readonly servers: number
  readonly #owned: AsyncDisposableStack

  /** Resolves once each was checked and all are healthy. */
  static async start({ servers, timeoutMs = 10_000, origins = 1, omni2 = {} }: Options): Promise<Crowd> {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await fixture({ env: { TETHER_HOST: '0.0.0.0' } }))
    const urls = Array.from({ length: origins }, (_, n) => upstream.url.replace('127.0.0.1', `127.0.0.${n + 1}`))
    const configs = Array.from({ length: servers }, (_, n) => ({
      ...serverConfig(`server-${n + 1}`, `${urls[n % urls.length]}/${n}`, CROWD_INTERVAL_MS),
      timeoutMs,
    }))
    const dataDir = await filledDataDir(owned, { servers: configs, enabled: true })
    const crowd = new Crowd(
      upstream,
      owned.use(await Omni2.startInjectable({ ...omni2, dataDir })),
      servers,
      owned.move(),
    )
    await crowd.untilChecked(2 * servers)
    await until(
      async () => (await crowd.metrics()).healthy,
      (count) => count === servers,
    )
    return crowd
  }

  private constructor(upstream: ChildServer, omni2: Omni2, servers: number, owned: AsyncDisposableStack) {
    this.upstream = upstream
    this.omni2 = omni2
    this.servers = servers
    this.#owned = owned
  }

  metrics(): Promise<OwnMetrics> {
    return OwnMetrics.read(this.omni2)
  }

  /** Resolves once so many more checks ended. */
  async untilChecked(more: number): Promise<void> {
    const before = (await this.metrics()).checks
    await until(
      async () => (await this.metrics()).checks,
      (count) => count > before + more,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }
}
