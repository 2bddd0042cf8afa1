import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { installPackage } from '../test/support/installed-package.ts'
import { Omni2 } from '../test/support/omni2.ts'
import { filledDataDir } from './filled-data-dir.ts'
import { Fixture } from './fixture.ts'
import { type LoopLag, loopLag } from './loop-lag.ts'
import { npxReadyMs } from './npx.ts'
import { usageOf } from './process-usage.ts'
import { type Measurement, progress } from './report.ts'
import { median, rounded } from './statistics.ts'
import { toolsOf } from './tools.ts'
import { folder, serversUnder } from './watched-fleet.ts'

const ROUNDS = 3
const SERVERS = 10_000
/** The first checks of 10,000 servers may take 40 s; then they are asked once a minute. */
const SWEEP_MS = 75_000
const MINUTE_MS = 60_000
const LOOK_MS = 5_000
/** An installed Omni2 finds nothing compiled by an earlier start. */
const NOTHING_COMPILED = { NODE_DISABLE_COMPILE_CACHE: '1' }

/** How soon the installed package is there, and what it uses then, empty and with 10,000 servers at 60 s. */
export const start: Measurement = {
  name: 'start',
  what: 'the installed package, empty and with 10,000 servers: ready, memory, CPU, lag',
  minutes: 4,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await Fixture.start())
    progress('installing the package')
    const { tarball, program } = await installPackage(await folder(owned))
    const home = await folder(owned)
    const npx = [await npxReadyMs(tarball, home), await npxReadyMs(tarball, home)]
    const of = async (path: string, tools: (index: number) => ReturnType<typeof toolsOf>) => {
      const servers = serversUnder(`${upstream.url}${path}`, SERVERS, MINUTE_MS)
      return starts(owned, program, await filledDataDir(owned, { servers, tools, enabled: true }))
    }
    progress('starting it empty')
    const none = await starts(owned, program, await filledDataDir(owned, { servers: [], enabled: true }))
    progress(`starting it with ${SERVERS} servers`)
    const some = [await of('/same', () => toolsOf()), await of('/own', (index) => toolsOf(index))]
    progress('waiting for the first sweeps')
    await setTimeout(SWEEP_MS)
    progress('watching for a minute')
    const [empty, alike, own] = await Promise.all([none, ...some].map(settled))
    if (!empty || !alike || !own) throw new Error('There are as many as were started')
    const kibPerServer = (made: Settled) => ((made.rssMiB - empty.rssMiB) * 1_024) / SERVERS
    const row = (what: string, made: Settled) => [
      what,
      rounded(made.readyMs / 1_000),
      rounded(made.cpuToReadyMs / 1_000),
      rounded(made.rssMiB),
      made === empty ? '' : rounded(kibPerServer(made)),
      rounded(made.coreShare * 100),
      rounded(made.lagP99Ms),
      rounded(made.machineLag.p99),
    ]
    const columns = ['servers', 'ready s', 'CPU s until then', 'RSS MiB', 'KiB a server', '% of a core', 'loop p99 ms']
    return {
      tables: [
        {
          title: 'omni2 serve, installed from its tarball, on a data directory of an earlier run, ten tools a server',
          columns: [...columns, 'an idle one'],
          rows: [row('none', empty), row('10,000', alike), row('10,000, each with tools of its own', own)],
          notes: [
            `Ready: from spawn to 200 of /health/ready, median of ${ROUNDS} starts; the CPU time is that of all threads.`,
            `npx --package=<tarball> omni2: ready after ${npx.map((ms) => rounded(ms / 1_000)).join(' s with its installation, ')} s without.`,
            'The rest: over the minute after the first sweep, all three at once; RSS is the mean of that minute.',
            'Loop: p99 of the lag of the event loop by its own metrics, and of a process that did nothing meanwhile.',
          ],
        },
      ],
      goals: [
        { what: 'from start to ready, empty', unit: 's', most: 1, reached: empty.readyMs / 1_000 },
        { what: 'from npx to ready, once installed', unit: 's', most: 3, reached: Number(npx[1]) / 1_000 },
        { what: 'from start to ready, 10,000 servers', unit: 's', most: 5, reached: alike.readyMs / 1_000 },
        { what: 'memory when idle and empty', unit: 'MiB', most: 120, reached: empty.rssMiB },
        { what: 'RSS of one server with ten tools', unit: 'KiB', most: 20, reached: kibPerServer(alike) },
        { what: 'RSS of one server with ten tools of its own', unit: 'KiB', most: 20, reached: kibPerServer(own) },
        { what: '10,000 servers at 60 s', unit: '% of a core', most: 25, reached: alike.coreShare * 100 },
        { what: 'lag of the event loop, 10,000 servers, p99', unit: 'ms', most: 50, reached: alike.lagP99Ms },
      ],
    }
  },
}

type Started = { readonly omni2: Omni2; readonly readyMs: number; readonly cpuToReadyMs: number }

/** Some starts; the last one goes on until its owner goes. */
async function starts(owned: AsyncDisposableStack, program: string, dataDir: string): Promise<Started> {
  const ready: number[] = []
  const cpu: number[] = []
  for (;;) {
    const spawnedAt = performance.now()
    const omni2 = await Omni2.start({ program, dataDir, env: NOTHING_COMPILED })
    ready.push(performance.now() - spawnedAt)
    cpu.push((await usageOf(omni2.process.pid)).cpuMs)
    if (ready.length === ROUNDS) {
      return { omni2: owned.use(omni2), readyMs: median(ready), cpuToReadyMs: median(cpu) }
    }
    await omni2.stop()
  }
}

type Settled = Started & {
  readonly rssMiB: number
  readonly coreShare: number
  readonly lagP99Ms: number
  readonly machineLag: LoopLag
}

async function settled(started: Started): Promise<Settled> {
  const { omni2 } = started
  await lagP99Ms(omni2) // each reading begins anew
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  const before = await usageOf(omni2.process.pid)
  const rss: number[] = []
  for (let n = 0; n < MINUTE_MS / LOOK_MS; n++) {
    await setTimeout(LOOK_MS)
    rss.push((await usageOf(omni2.process.pid)).rssMiB)
  }
  const after = await usageOf(omni2.process.pid)
  return {
    ...started,
    rssMiB: rss.reduce((sum, one) => sum + one, 0) / rss.length,
    coreShare: (after.cpuMs - before.cpuMs) / MINUTE_MS,
    lagP99Ms: await lagP99Ms(omni2),
    machineLag: loopLag(delays),
  }
}

async function lagP99Ms(omni2: Omni2): Promise<number> {
  const answer = await omni2.fetch('/metrics')
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(await answer.text())?.[1]) * 1_000
}
