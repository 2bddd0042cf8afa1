import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { saveMemory } from '../src/server/save-memory.ts'
import { systemClock } from '../src/server/system-clock.ts'
import { watchBlocks } from './blocks.ts'
import { coreTimeOf, spent } from './core-time.ts'
import { cpuMicros } from './cpu.ts'
import { type LoopLag, loopLag } from './loop-lag.ts'
import { StartCounter } from './start-counter.ts'
import { quantile } from './statistics.ts'
import { serverConfig, WatchedFleet } from './watched-fleet.ts'

type Lateness = { readonly checks: number; readonly p50: number; readonly p99: number; readonly max: number }

/** What watching the fleet came to; sent to the parent. Times in milliseconds, `coreShare` from 0 to 1. */
export type HungFleet = {
  readonly sweepMs: number
  readonly openMs: number
  readonly opened: number
  readonly early: Lateness
  readonly late: Lateness
  readonly coreShare: number
  readonly lag: LoopLag
  /** What its main thread did meanwhile, in words. */
  readonly spent: string
  /** Of its event loop, in words. */
  readonly blocks: string
  readonly mostPerSecond: number
  readonly mostPerOrigin: number
}

const INTERVAL_MS = 60_000
const OPEN_WITHIN_MS = 600_000
const WATCHED_MS = 120_000

const [size = '0', hung = '0', ...origins] = process.argv.slice(2)

async function measured(count: number, silent: number): Promise<HungFleet> {
  const counter = new StartCounter()
  const servers = Array.from({ length: count }, (_, n) => {
    const path = n < silent ? `hung/${n}` : n
    return serverConfig(`server-${n}`, `${origins[n % origins.length]}/${path}`, INTERVAL_MS)
  })
  await using fleet = await WatchedFleet.start({ servers, clock: systemClock, observe: counter.observe })
  // As Omni2 does once it has started.
  saveMemory()
  const startedAt = performance.now()
  await fleet.untilChecked(servers.length, OPEN_WITHIN_MS)
  const unseen = () => fleet.count(({ lastCheckAt }) => lastCheckAt === undefined)
  while (unseen() > 0) await setTimeout(200)
  const sweepMs = performance.now() - startedAt
  const opened = () => fleet.count(({ circuit }) => circuit.kind !== 'closed')
  while (opened() < silent && performance.now() - startedAt < OPEN_WITHIN_MS) await setTimeout(1_000)
  const openMs = performance.now() - startedAt
  const early = latenessOf(fleet)
  fleet.lateMs = []
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  const blocks = watchBlocks()
  const before = cpuMicros()
  const onCore = await coreTimeOf(process.pid)
  await setTimeout(WATCHED_MS)
  const coreShare = (cpuMicros() - before) / (WATCHED_MS * 1_000)
  const lag = loopLag(delays)
  const blocked = blocks()
  const did = spent(onCore, await coreTimeOf(process.pid))
  const { mostPerSecond, mostPerOrigin } = counter
  const late = latenessOf(fleet)
  return {
    ...{ sweepMs, openMs, opened: opened(), early, late },
    ...{ coreShare, lag, spent: did, blocks: blocked, mostPerSecond, mostPerOrigin },
  }
}

const latenessOf = ({ lateMs }: WatchedFleet): Lateness => ({
  checks: lateMs.length,
  p50: quantile(lateMs, 0.5),
  p99: quantile(lateMs, 0.99),
  max: quantile(lateMs, 1),
})

process.send?.(await measured(Number(size), Number(hung)))
