import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Omni2 } from '../test/support/omni2.ts'
import type { Fixture } from './fixture.ts'

type Deps = {
  readonly omni2: Omni2
  readonly upstream: Fixture
  readonly origins: readonly string[]
  /** A folder with a file for each command, which holds the number of its process. */
  readonly pids: string
  readonly commands: number
  /** Over HTTP; their ids begin with 1. */
  readonly servers: number
}

const REQUESTS_GAP_MS = 2_000
const OUTAGE_GAP_MS = 30_000
const OUTAGE_MS = 20_000
const READ_MS = 5_000

/** What goes on at an Omni2 that people use, and whose servers fail and come back, until it is disposed of. */
export class Unrest implements AsyncDisposable {
  readonly #deps: Deps
  readonly #over = new AbortController()
  readonly #going: readonly Promise<void>[]
  readonly #done = { requests: 0, refused: 0, readers: 0, outages: 0, kills: 0 }

  constructor(deps: Deps) {
    this.#deps = deps
    this.#going = [
      this.#every(REQUESTS_GAP_MS, (n) => this.#use(n)),
      this.#every(REQUESTS_GAP_MS, () => this.#watch()),
      this.#every(OUTAGE_GAP_MS, (n) => this.#outage(n)),
      this.#every(OUTAGE_GAP_MS, (n) => this.#kill(n)),
    ]
  }

  get told(): string {
    const { requests, refused, readers, outages, kills } = this.#done
    return `${requests} requests (${refused} refused), ${readers} readers of /ws, ${outages} outages of an origin, ${kills} commands killed`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    await Promise.all(this.#going)
  }

  async #every(ms: number, work: (n: number) => Promise<unknown>): Promise<void> {
    for (let n = 0; !this.#over.signal.aborted; n++) {
      await work(n)
      await this.#pause(ms)
    }
  }

  /** One of everything that a dashboard asks for; a server that is down refuses its part. */
  async #use(n: number): Promise<void> {
    const { omni2, servers } = this.#deps
    const params = { id: 1 + ((n * 7) % servers) }
    const asked = await Promise.allSettled([
      omni2.api.listServers({ query: { limit: 50 } }),
      omni2.api.triggerHealthCheck({ params }),
      omni2.api.callTool({ params: { ...params, tool: 'look-up-0' }, body: { arguments: {} } }),
      omni2.api.updateServer({ params, body: { description: `Change ${n}` } }),
      this.#visit(n),
    ])
    this.#done.requests += asked.length
    this.#done.refused += asked.filter(({ status }) => status === 'rejected').length
  }

  /** A server is registered, and deleted again. */
  async #visit(n: number): Promise<void> {
    const { omni2, origins } = this.#deps
    const body = { name: `visitor-${n}`, protocol: 'http-streamable', url: `${origins[0]}/visitor` } as const
    const { id } = await omni2.api.createServer({ body })
    await omni2.api.deleteServer({ params: { id } })
  }

  async #watch(): Promise<void> {
    using live = await this.#deps.omni2.live('?follow=servers')
    await this.#pause(READ_MS)
    if (live.messages.length > 0) this.#done.readers++
  }

  /** All servers of one origin refuse connections, or hang. */
  async #outage(n: number): Promise<void> {
    const { upstream, origins } = this.#deps
    const url = origins[n % origins.length] ?? ''
    await upstream.become(url, n % 2 === 0 ? 'refusing' : 'hanging')
    await this.#pause(OUTAGE_MS)
    await upstream.become(url, 'up')
    this.#done.outages++
  }

  async #kill(n: number): Promise<void> {
    const pid = Number(await readFile(path.join(this.#deps.pids, String(n % this.#deps.commands)), 'utf8'))
    try {
      process.kill(pid, 'SIGKILL')
      this.#done.kills++
    } catch {
      // It has not been started again yet.
    }
  }

  /** Cut short at the end. */
  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#over.signal }).catch(() => {})
  }
}
