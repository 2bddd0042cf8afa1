import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { ask } from '../test/support/child-server.ts'
import { Omni2 } from '../test/support/omni2.ts'
import { filledDataDir } from './filled-data-dir.ts'
import { Fixture } from './fixture.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { growth, median, quantile, rounded } from './statistics.ts'
import { Unrest } from './unrest.ts'
import { folder, serverConfig } from './watched-fleet.ts'

const require = createRequire(import.meta.url)
const PROBE = require.resolve('./soak-probe.ts')
const MINUTE_MS = 60_000
/** The least that the API takes. */
const INTERVAL_MS = 5_000
/** With the others 240 checks a second: as many as may start, but for a few. */
const HTTP_SERVERS = 1_190
const STDIO_SERVERS = 10
/** 60 servers fail together when one of them does. */
const ORIGINS = 20
const SAMPLES = 60
/** Of the time; caches fill meanwhile, and it is not judged. */
const WARM_UP = 0.2
/** Of the median; where a sample differs more from the next, it may also grow by its interquartile range. */
const MOST_GROWTH = 0.05

/** Of the Omni2 under soak, after a collection. */
const Alive = z.object({
  heapMiB: z.number(),
  timers: z.number(),
  /** Of the process itself. */
  listeners: z.number(),
  /** Warnings that an emitter or signal has more listeners than is usual. */
  leaks: z.number(),
})
type Sample = z.infer<typeof Alive> & {
  readonly rssMiB: number
  readonly descriptors: number
  readonly children: number
}

/** What must stay as it is, however long it runs. */
const FLAT = [
  ['heap after a collection', 'MiB', 'heapMiB'],
  ['file descriptors', '', 'descriptors'],
  ['timers', '', 'timers'],
  ['listeners of the process', '', 'listeners'],
  ['child processes', '', 'children'],
] as const

/** Whether anything piles up in a process that is never left in peace. */
export const soak = (minutes: number): Measurement => ({
  name: 'soak',
  what: '1,200 servers at 5 s with failures, readers and requests: what piles up',
  minutes,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await Fixture.start())
    const origins = await upstream.open(ORIGINS)
    const pids = await folder(owned)
    const omni2 = owned.use(await soaked(owned, origins, pids))
    await setTimeout(2 * INTERVAL_MS)
    const unrest = owned.use(
      new Unrest({ omni2, upstream, origins, pids, commands: STDIO_SERVERS, servers: HTTP_SERVERS }),
    )
    const before = await usageOf(omni2.process.pid)
    const samples = await sampled(omni2, minutes * MINUTE_MS)
    const { cpuMs } = await usageOf(omni2.process.pid)
    const judged = samples.slice(WARM_UP * samples.length)
    const of = (key: keyof Sample) => judged.map((sample) => sample[key])
    const row = ([what, unit, key]: readonly [string, string, keyof Sample]) => [
      `${what} ${unit}`.trim(),
      ...[samples[0]?.[key], judged[0]?.[key], median(of(key)), judged.at(-1)?.[key]].map((value) =>
        rounded(Number(value)),
      ),
      rounded(growth(of(key))),
    ]
    return {
      tables: [
        {
          title: `${HTTP_SERVERS + STDIO_SERVERS} servers at 5 s for ${minutes} min, ${samples.length} samples`,
          columns: ['what', 'at first', 'warmed up', 'median', 'at last', 'growth'],
          rows: [...FLAT.map(row), row(['RSS', 'MiB', 'rssMiB'])],
          notes: [
            `Growth: of the Theil-Sen line through the samples of the last ${(1 - WARM_UP) * minutes} min, over that time.`,
            `Meanwhile: ${unrest.told}. ${rounded((cpuMs - before.cpuMs) / (minutes * 600))} % of a core.`,
          ],
        },
      ],
      goals: [
        ...FLAT.map(([what, unit, key]) => ({
          what: `growth of ${what}`,
          unit,
          most: mostGrowth(of(key)),
          reached: growth(of(key)),
        })),
        { what: 'warnings of too many listeners', unit: '', most: 0, reached: Math.max(...of('leaks')) },
      ],
    }
  },
})

const mostGrowth = (sample: readonly number[]): number =>
  rounded(Math.max(MOST_GROWTH * median(sample), quantile(sample, 0.75) - quantile(sample, 0.25)))

async function soaked(owned: AsyncDisposableStack, origins: readonly string[], pids: string): Promise<Omni2> {
  const http = Array.from({ length: HTTP_SERVERS }, (_, n) => {
    const era = n % 2 === 0 ? 'legacy' : 'modern'
    return serverConfig(`server-${n}`, `${origins[n % ORIGINS]}/${era}/${n}`, INTERVAL_MS)
  })
  const commands = Array.from({ length: STDIO_SERVERS }, (_, n) => {
    const args = [require.resolve('./stdio-server.ts'), `${pids}/${n}`]
    return serverConfig(`command-${n}`, { protocol: 'stdio', command: process.execPath, args, env: {} }, INTERVAL_MS)
  })
  const dataDir = await filledDataDir(owned, { servers: [...http, ...commands], enabled: true })
  return await Omni2.start({ dataDir, nodeArgs: ['--import', PROBE] })
}

async function sampled(omni2: Omni2, ms: number): Promise<Sample[]> {
  const samples: Sample[] = []
  while (samples.length < SAMPLES) {
    await setTimeout(ms / SAMPLES)
    const sample = await sampleOf(omni2)
    samples.push(sample)
    const told = Object.entries(sample).map(([what, value]) => `${what} ${rounded(value)}`)
    process.stderr.write(`soak, ${samples.length} of ${SAMPLES}: ${told.join(', ')}\n`)
  }
  return samples
}

async function sampleOf({ process: { child, pid } }: Omni2): Promise<Sample> {
  const alive = Alive.parse(await ask(child, 'sample', null))
  const { rssMiB } = await usageOf(pid)
  const descriptors = (await readdir(`/proc/${pid}/fd`)).length
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(/\s+/).length
  return { ...alive, rssMiB, descriptors, children }
}
