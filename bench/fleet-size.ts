import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '../src/server/system-clock.ts'
import { cpuMicros, cpuPerOperation } from './cpu.ts'
import { type LoopLag, loopLag } from './loop-lag.ts'
import { quantile } from './statistics.ts'
import { WatchedFleet } from './watched-fleet.ts'

/** What one size of fleet came to; sent to the parent. Bytes and microseconds, `lateMs` and lag in milliseconds. */
export type FleetSize = {
  readonly servers: number
  readonly sweepMs: number
  readonly microsPerCheck: number
  readonly idleMicrosPerSecond: number
  readonly heapPerServer: number
  readonly rssPerServer: number
  readonly heapPerServerUnconnected: number
  readonly lateMs: number
  readonly lag: LoopLag
}

const IDLE_MS = 2_000
/** Wakes for as many shallow checks a second at every size. */
const CHECKS_PER_SECOND = 200

const [url = '', size = '0'] = process.argv.slice(2)
const servers = Number(size)
process.send?.(await measured())

async function measured(): Promise<FleetSize> {
  await warmUp()
  const before = await memory()
  const intervalMs = (servers / CHECKS_PER_SECOND) * 1_000
  await using fleet = await WatchedFleet.start({ url, servers, intervalMs, clock: systemClock })
  const startedAt = performance.now()
  await fleet.untilChecked(servers, 120_000)
  const sweepMs = performance.now() - startedAt
  const after = await memory()
  fleet.lateMs = []
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  const microsPerCheck = await cpuPerOperation(() => fleet.checksWithin(Math.max(10_000, intervalMs)))
  const lag = loopLag(delays)
  await fleet.disconnect()
  const unconnected = await memory()
  return {
    servers,
    sweepMs,
    microsPerCheck,
    idleMicrosPerSecond: await idle(),
    heapPerServer: (after.heap - before.heap) / servers,
    rssPerServer: (after.rss - before.rss) / servers,
    heapPerServerUnconnected: (unconnected.heap - before.heap) / servers,
    lateMs: quantile(fleet.lateMs, 0.99),
    lag,
  }
}

/** What every fleet needs once, code above all, is no cost of a server. */
async function warmUp(): Promise<void> {
  await using fleet = await WatchedFleet.start({ url, servers: 200, intervalMs: 1_000, clock: systemClock })
  await fleet.untilChecked(2_000, 60_000)
}

async function idle(): Promise<number> {
  const before = cpuMicros()
  await setTimeout(IDLE_MS)
  return (cpuMicros() - before) / (IDLE_MS / 1_000)
}

async function memory(): Promise<{ readonly heap: number; readonly rss: number }> {
  for (let n = 0; n < 3; n++) {
    globalThis.gc?.()
    await setTimeout(100)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, rss }
}
