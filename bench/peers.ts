import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { ChildServer } from '../test/support/child-server.ts'
import { fixture } from './fixture.ts'
import { gatewayOmni2 } from './gateway-omni2.ts'
import { McpCaller } from './peers/mcp-caller.ts'
import { type Peer, startPeers } from './peers/peers.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { median, rounded } from './statistics.ts'

const ROUNDS = 5
const CLIENTS = 64
const ROUND_MS = 4_000
const ARGUMENTS = { query: 'open orders of the last week', limit: 20, since: '2026-11-01T00:00:00Z' }
const OURS = 'Omni2'
const FLOOR = 'a bare forwarder'
const GO = '@standardbeagle/slop-mcp'

/** What a call costs through other gateways, beside ours: each on the same core, with the same load. */
export const peers: Measurement = {
  name: 'peers',
  what: 'a call through other gateways; first: npm ci --prefix bench/peers',
  minutes: 5,
  async run() {
    await using owned = new AsyncDisposableStack()
    // All that is not measured shares the first core; each gateway has the second.
    execFileSync('taskset', ['-a', '-p', '-c', '0', `${process.pid}`], { stdio: 'ignore' })
    const upstream = owned.use(await fixture())
    const url = `${upstream.url}/legacy`
    const crowds: Crowd[] = []
    for (const peer of [
      await ours(owned, url),
      await bare(owned, url),
      ...(await startPeers({ owned, upstream: url })),
    ]) {
      crowds.push(owned.use(await Crowd.open(peer)))
    }
    for (let round = -1; round < ROUNDS; round++) {
      for (const crowd of crowds) await crowd.run(round >= 0)
    }
    const [omni2] = crowds
    const against = (crowd: Crowd) => median(crowd.micros.map((us, round) => us / Number(omni2?.micros[round])))
    const rivals = crowds.filter(({ name }) => name !== OURS && name !== FLOOR)
    const best = Math.min(...rivals.filter((crowd) => !isGo(crowd)).map(against))
    const go = Math.min(...rivals.filter(isGo).map(against))
    return {
      tables: [
        {
          title: `CPU of one tools/call at ${CLIENTS} clients, each with a session of its own`,
          columns: ['gateway', 'us', 'x Omni2', 'calls/s', 'most RSS MiB'],
          rows: crowds.map((crowd) => [
            crowd.name,
            rounded(median(crowd.micros)),
            rounded(against(crowd)),
            rounded(crowd.rate),
            Math.round(crowd.mostRssMiB),
          ]),
          notes: [
            `Medians of ${ROUNDS} interleaved rounds of ${ROUND_MS / 1_000} s, after one to warm up; CPU of the gateway's own process, all threads.`,
            'Who calls and who answers share the other core, which may bound the calls a second; CPU is what one core allows.',
            'mcp-proxy and supergateway stand before processes, one for all or one for each session, that share their core; the others before one HTTP server.',
            'mcp-hub and slop-mcp are reached over HTTP+SSE, the others over streamable HTTP.',
          ],
        },
      ],
      goals: [
        {
          what: 'CPU of a call, to that of the best npm gateway',
          unit: 'x',
          most: rounded(1 / 6),
          reached: 1 / best,
        },
        { what: 'CPU of a call, to that of slop-mcp', unit: 'x', most: rounded(1 / 2.5), reached: 1 / go },
      ],
    }
  },
}

const isGo = ({ name }: Crowd): boolean => name.startsWith(GO)

/** The floor: forwards, and does nothing else. */
async function bare(owned: AsyncDisposableStack, url: string): Promise<Peer> {
  const at = owned.use(
    await new ChildServer({
      name: FLOOR,
      path: '',
      through: ['taskset', '-c', '1'],
      args: () => [createRequire(import.meta.url).resolve('./forwarder.ts')],
      env: { UPSTREAM: url },
    }).start(),
  )
  const { url: own, pid } = at
  return {
    name: FLOOR,
    url: own,
    pid,
    path: '/',
    transport: 'http-streamable',
    tool: 'a__look-up-0',
    argumentsOf: same,
  }
}

const same = (args: object): object => args

async function ours(owned: AsyncDisposableStack, url: string): Promise<Peer> {
  const options = { through: ['taskset', '-c', '1'], servers: { a: url } }
  const { through } = await gatewayOmni2(owned, options)
  return {
    ...through,
    name: OURS,
    transport: 'http-streamable',
    tool: 'a__look-up-0',
    argumentsOf: same,
  }
}

/** All clients of one gateway. */
class Crowd implements AsyncDisposable {
  readonly #peer: Peer
  readonly #callers: readonly McpCaller[]
  /** Of CPU for each call, and calls a second, by round. */
  readonly micros: number[] = []
  readonly #rates: number[] = []
  mostRssMiB = 0

  static async open(peer: Peer): Promise<Crowd> {
    const callers: McpCaller[] = []
    // One after another: some start a process for each.
    while (callers.length < CLIENTS) callers.push(await McpCaller.open(peer))
    return new Crowd(peer, callers)
  }

  private constructor(peer: Peer, callers: readonly McpCaller[]) {
    this.#peer = peer
    this.#callers = callers
  }

  get name(): string {
    return this.#peer.name
  }

  get rate(): number {
    return median(this.#rates)
  }

  async run(counts: boolean): Promise<void> {
    const { pid, tool, argumentsOf } = this.#peer
    const before = await usageOf(pid)
    const startedAt = performance.now()
    let calls = 0
    await Promise.all(
      this.#callers.map(async (caller) => {
        for (; performance.now() < startedAt + ROUND_MS; calls++) await caller.call(tool, argumentsOf(ARGUMENTS))
      }),
    )
    const seconds = (performance.now() - startedAt) / 1_000
    const after = await usageOf(pid)
    this.mostRssMiB = Math.max(this.mostRssMiB, after.rssMiB)
    if (!counts) return
    this.micros.push(((after.cpuMs - before.cpuMs) * 1_000) / calls)
    this.#rates.push(calls / seconds)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#callers.map((caller) => caller.close()))
  }
}
