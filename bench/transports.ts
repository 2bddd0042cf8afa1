import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Secret } from '../src/core/config/secret.ts'
import type { Protocol } from '../src/core/config/server.ts'
import { systemClock } from '../src/server/system-clock.ts'
import { SELF_SIGNED } from '../test/fixtures/self-signed.ts'
import { findPostgres, startPostgres } from '../test/support/postgres.ts'
import { BarePing } from './bare-ping.ts'
import { cpuPerOperation } from './cpu.ts'
import { Fixture } from './fixture.ts'
import { paced } from './pace.ts'
import type { Measurement } from './report.ts'
import { median, rounded } from './statistics.ts'
import { folder, serverConfig, type serversUnder, WatchedFleet } from './watched-fleet.ts'

const require = createRequire(import.meta.url)
const ROUNDS = 3
/** 200 checks a second, few enough for processes. */
const FAST = { servers: 20, intervalMs: 100 } as const
/** As many checks a second as 1,000 servers at 60 s. */
const SLOW = { servers: 17, intervalMs: 1_000 } as const
/** At both paces a tenth of the checks is deep, as it is always. */
const WATCHED_MS = 10_000

/** What a check costs over each transport, and with PostgreSQL. */
export const transports: Measurement = {
  name: 'transports',
  what: 'CPU of one check over TLS, HTTP+SSE, stdio, and with PostgreSQL',
  minutes: 7,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await Fixture.start())
    const secure = await upstream.openTls()
    const caFile = path.join(await folder(owned), 'ca.pem')
    await writeFile(caFile, SELF_SIGNED.cert)
    const floor = owned.use(new BarePing(upstream.url))
    const over =
      (protocol: Exclude<Protocol, 'stdio'>, url: string) =>
      ({ servers, intervalMs }: Pace) =>
        Array.from({ length: servers }, (_, n) => {
          const target = { protocol, url: new Secret(`${url}/${n}`, url) }
          return serverConfig(`server-${n}`, target, intervalMs)
        })
    const freshDatabase = await postgres(owned)
    const plain = async () => ({})
    const trusting = async () => ({ caFile })
    const cases: Case[] = [
      ['streamable HTTP', FAST, over('http-streamable', upstream.url), plain],
      ['streamable HTTP, modern', FAST, over('http-streamable', `${upstream.url}/modern`), plain],
      ['streamable HTTP over TLS', FAST, over('http-streamable', secure), trusting],
      ['HTTP+SSE', FAST, over('sse', `${upstream.url}/sse`), plain],
      ['stdio', FAST, commands, plain],
      ...(freshDatabase
        ? [['streamable HTTP, PostgreSQL', FAST, over('http-streamable', upstream.url), freshDatabase] as const]
        : []),
      ['streamable HTTP', SLOW, over('http-streamable', upstream.url), plain],
      ['streamable HTTP over TLS', SLOW, over('http-streamable', secure), trusting],
    ]
    const micros = cases.map((): number[] => [])
    const floors: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      floors.push(await paced(floor.send, 400, 5))
      for (const [index, one] of cases.entries()) micros[index]?.push(await watched(one))
    }
    const tls = micros.at(-1) ?? []
    return {
      tables: [
        {
          title: 'CPU of one check of a healthy server, a tenth of them deep, with all bookkeeping',
          columns: ['transport', 'checks a second', 'us', 'least us', 'x a bare ping over HTTP'],
          rows: cases.map(([what, { servers, intervalMs }], index) => [
            what,
            servers / (intervalMs / 1_000),
            rounded(median(micros[index] ?? [])),
            rounded(Math.min(...(micros[index] ?? []))),
            rounded(median(micros[index] ?? []) / median(floors)),
          ]),
          notes: [
            `Medians of ${ROUNDS} rounds, interleaved; CPU of this process alone, not of the servers or of PostgreSQL.`,
            'On kept connections; the ping is at 200/s. Seldom checks cost more each: they wake the process up.',
          ],
        },
      ],
      goals: [
        {
          what: '1,000 servers at 60 s over TLS',
          unit: '% of a core',
          most: 5,
          reached: (median(tls) * (1_000 / 60)) / 10_000,
        },
      ],
    }
  },
}

type Pace = { readonly servers: number; readonly intervalMs: number }
type Servers = ReturnType<typeof serversUnder>
type Case = readonly [
  what: string,
  pace: Pace,
  servers: (pace: Pace) => Servers,
  options: () => Promise<{ readonly databaseUrl?: string; readonly caFile?: string }>,
]

const commands = ({ servers, intervalMs }: Pace): Servers =>
  Array.from({ length: servers }, (_, n) => {
    const args = [require.resolve('./stdio-server.ts')]
    return serverConfig(`server-${n}`, { protocol: 'stdio', command: process.execPath, args, env: {} }, intervalMs)
  })

async function watched([, pace, servers, options]: Case): Promise<number> {
  await using fleet = await WatchedFleet.start({ servers: servers(pace), clock: systemClock, ...(await options()) })
  await fleet.untilChecked(2 * pace.servers, 60_000)
  return await cpuPerOperation(() => fleet.checksWithin(WATCHED_MS))
}

/** Makes an empty database; undefined where there is no PostgreSQL. */
async function postgres(owned: AsyncDisposableStack) {
  const source = findPostgres()
  if (!source) return undefined
  const server = await startPostgres(source)
  owned.defer(() => server.stop())
  return async () => ({ databaseUrl: await server.freshDatabase() })
}
