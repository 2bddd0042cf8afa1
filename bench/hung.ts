import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '../src/server/system-clock.ts'
import { cpuMicros } from './cpu.ts'
import { fixture } from './fixture.ts'
import type { Measurement } from './report.ts'
import { quantile, rounded } from './statistics.ts'
import { WatchedFleet } from './watched-fleet.ts'

const SERVERS = 1_000
const HUNG = 300
/** As many checks a second as 10,000 servers at 60 s. */
const INTERVAL_MS = 6_000
/** Each is an origin, and of one origin eight suspects are checked at once. */
const HUNG_PORTS = 40
const OPEN_WITHIN_MS = 240_000
const WATCHED_MS = 60_000

/** Whether servers that accept and never answer delay the checks of the others. */
export const hung: Measurement = {
  name: 'hung',
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await fixture())
    const silent = await silentOrigins(owned)
    const hungUrls = Array.from({ length: HUNG }, (_, n) => `${silent[n % HUNG_PORTS]}/${n}`)
    const options = { url: upstream.url, hung: hungUrls, servers: SERVERS, intervalMs: INTERVAL_MS, clock: systemClock }
    const startedAt = performance.now()
    const fleet = owned.use(await WatchedFleet.start(options))
    while (passed(fleet) < SERVERS - HUNG) await setTimeout(50)
    const sweepMs = performance.now() - startedAt
    while (opened(fleet) < HUNG && performance.now() - startedAt < OPEN_WITHIN_MS) await setTimeout(500)
    const early = fleet.lateMs
    const openMs = performance.now() - startedAt
    fleet.lateMs = []
    const before = cpuMicros()
    await setTimeout(WATCHED_MS)
    const coreShare = (cpuMicros() - before) / (WATCHED_MS * 1_000)
    const row = (when: string, lateMs: readonly number[]) => [
      when,
      lateMs.length,
      rounded(quantile(lateMs, 0.5)),
      rounded(quantile(lateMs, 0.99)),
      rounded(quantile(lateMs, 1)),
    ]
    return [
      {
        title: `${SERVERS} servers at ${INTERVAL_MS / 1_000} s, ${HUNG} of which accept and never answer`,
        columns: ['lateness of the others', 'checks', 'p50 ms', 'p99 ms', 'last ms'],
        rows: [row('until the circuits are open', early), row('from then on', fleet.lateMs)],
        notes: [
          'As many checks a second as 10,000 servers at 60 s; goal: p99 <= 1 s once the circuits are open.',
          `All others seen after ${rounded(sweepMs / 1_000)} s; ${opened(fleet)} circuits open after ${rounded(openMs / 1_000)} s.`,
          `CPU of the watching process from then on: ${rounded(coreShare * 100)} % of a core, goal <= 25 %.`,
        ],
      },
    ]
  },
}

const passed = ({ watch }: WatchedFleet): number =>
  [...watch.fleet.all()].filter(({ state }) => state.lastSuccessAt !== undefined).length

const opened = ({ watch }: WatchedFleet): number =>
  [...watch.fleet.all()].filter(({ state }) => state.circuit.kind !== 'closed').length

/** Origins that accept connections, read, and say nothing. */
async function silentOrigins(owned: AsyncDisposableStack): Promise<string[]> {
  const urls: string[] = []
  for (let n = 0; n < HUNG_PORTS; n++) {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}).resume())
      socket.once('close', () => sockets.delete(socket))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    owned.defer(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const address = server.address()
    if (address && typeof address === 'object') urls.push(`http://127.0.0.1:${address.port}`)
  }
  return urls
}
