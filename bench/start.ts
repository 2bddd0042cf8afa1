import { setTimeout } from 'node:timers/promises'
import { Omni2 } from '../test/support/omni2.ts'
import { filledDataDir } from './filled-data-dir.ts'
import { fixture } from './fixture.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { median, rounded } from './statistics.ts'

const ROUNDS = 3
const SETTLE_MS = 10_000
/** The first checks of 10,000 servers may take 40 s; then they are asked once a minute. */
const SWEEP_MS = 75_000
const MINUTE_MS = 60_000

/** How soon the real process is there, and what it uses then, empty and with 10,000 servers at 60 s. */
export const start: Measurement = {
  name: 'start',
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await fixture())
    const filled = { urls: [upstream.url], intervalMs: 60_000, enabled: true }
    const empty = await starts(await filledDataDir(owned, { ...filled, servers: 0 }), SETTLE_MS)
    const full = await starts(await filledDataDir(owned, { ...filled, servers: 10_000 }), SWEEP_MS)
    const row = (servers: string, made: Started, goal: string) => [
      servers,
      rounded(made.readyMs / 1_000),
      goal,
      rounded(made.cpuToReadyMs / 1_000),
      rounded(made.rssMiB),
      rounded(made.coreShare * 100),
      rounded(made.lagP99Ms),
    ]
    return [
      {
        title: 'The real process: omni2 serve on a data directory of an earlier run',
        columns: ['servers', 'ready s', 'goal', 'CPU s until then', 'RSS MiB later', '% of a core', 'loop p99 ms'],
        rows: [row('none', empty, '<= 1'), row('10,000', full, '<= 5')],
        notes: [
          `Ready: from spawn to 200 of /health/ready, median of ${ROUNDS} starts; the CPU time is that of all threads.`,
          'Later: once settled, with 10,000 after the first sweep and over a minute; goals <= 120 MiB idle, a quarter of a core.',
          'Loop: p99 of the lag of the event loop by its own metrics over that time, goal <= 50 ms.',
        ],
      },
    ]
  },
}

type Started = {
  readonly readyMs: number
  readonly cpuToReadyMs: number
  readonly rssMiB: number
  readonly coreShare: number
  readonly lagP99Ms: number
}

async function starts(dataDir: string, settleMs: number): Promise<Started> {
  const ready: number[] = []
  const cpu: number[] = []
  for (let round = 0; ; round++) {
    const spawnedAt = performance.now()
    await using omni2 = await Omni2.start({ dataDir })
    ready.push(performance.now() - spawnedAt)
    cpu.push((await usageOf(omni2.process.pid)).cpuMs)
    if (round < ROUNDS - 1) continue
    return { readyMs: median(ready), cpuToReadyMs: median(cpu), ...(await settled(omni2, settleMs)) }
  }
}

async function settled(omni2: Omni2, settleMs: number): Promise<Pick<Started, 'rssMiB' | 'coreShare' | 'lagP99Ms'>> {
  await setTimeout(settleMs)
  await lagP99Ms(omni2) // each reading begins anew
  const before = await usageOf(omni2.process.pid)
  await setTimeout(MINUTE_MS)
  const after = await usageOf(omni2.process.pid)
  return {
    rssMiB: after.rssMiB,
    coreShare: (after.cpuMs - before.cpuMs) / MINUTE_MS,
    lagP99Ms: await lagP99Ms(omni2),
  }
}

async function lagP99Ms(omni2: Omni2): Promise<number> {
  const answer = await omni2.fetch('/metrics')
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(await answer.text())?.[1]) * 1_000
}
