import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { Omni2 } from '../test/support/omni2.ts'
import { filledDataDir } from './filled-data-dir.ts'
import { Fixture } from './fixture.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { quantile, rounded } from './statistics.ts'
import { serversUnder } from './watched-fleet.ts'

const SERVERS = 10_000
const REQUESTS = 200
/** The first checks, which list all tools, are over then; from there on it is as for most of a process's life. */
const SETTLE_MS = 60_000

const LARGEST = 'first page of 1,000'
const LISTS = [
  ['first page of 50', '?limit=50'],
  [LARGEST, '?limit=1000'],
  ['a page of 50 from the middle', '?limit=50&cursor=5000'],
  ['q that fits ten', '?q=server-777'],
  ['q that fits none', '?q=nothing'],
  ['status of all', '?status=healthy'],
  ['status of none', '?status=unhealthy,circuit_open'],
  ['one server', '/5000'],
] as const
const Page = z.object({ servers: z.array(z.unknown()) })

/** What it takes to list servers while 10,000 of them are checked. */
export const list: Measurement = {
  name: 'list',
  what: 'pages, search and filters over 10,000 servers',
  minutes: 2,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await Fixture.start())
    const servers = serversUnder(upstream.url, SERVERS, 60_000)
    const dataDir = await filledDataDir(owned, { servers, enabled: true })
    await using omni2 = await Omni2.start({ dataDir })
    await setTimeout(SETTLE_MS)
    for (const [, query] of LISTS) await listing(omni2, query)
    const rows: (string | number)[][] = []
    for (const [what, query] of LISTS) {
      const one = await listing(omni2, query)
      const { durations } = one
      rows.push([
        what,
        one.found,
        rounded(quantile(durations, 0.5)),
        rounded(quantile(durations, 0.99)),
        rounded(one.cpuMs),
      ])
    }
    const worst = Math.max(...rows.filter(([what]) => what !== LARGEST).map(([, , , p99]) => Number(p99)))
    return {
      tables: [
        {
          title: `GET /api/v1/mcp/servers with ${SERVERS} servers at 60 s, one request after another`,
          columns: ['what', 'servers', 'p50 ms', 'p99 ms', 'CPU ms each'],
          rows,
          notes: [`${REQUESTS} requests each; CPU of the whole process, with its 167 checks a second.`],
        },
      ],
      goals: [
        { what: 'a page of 50, search and filters over 10,000 servers, p99', unit: 'ms', most: 20, reached: worst },
      ],
    }
  },
}

async function listing(omni2: Omni2, query: string) {
  // Each token may ask 600 times a minute.
  const { token } = await omni2.api.createToken({ body: { name: `bench ${query}`, role: 'viewer' } })
  const durations: number[] = []
  let found = 1
  const before = await usageOf(omni2.process.pid)
  for (let n = 0; n < REQUESTS; n++) {
    const startedAt = performance.now()
    const answer = await omni2.fetch(`/api/v1/mcp/servers${query}`, { headers: { authorization: `Bearer ${token}` } })
    const text = await answer.text()
    durations.push(performance.now() - startedAt)
    if (!answer.ok) throw new Error(text)
    if (n === 0) found = Page.safeParse(JSON.parse(text)).data?.servers.length ?? 1
  }
  const after = await usageOf(omni2.process.pid)
  return { durations, found, cpuMs: (after.cpuMs - before.cpuMs) / REQUESTS }
}
