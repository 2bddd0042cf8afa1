import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '../src/server/system-clock.ts'
import { BarePing } from './bare-ping.ts'
import { cpuPerOperation } from './cpu.ts'
import { type LoopLag, loopLag } from './loop-lag.ts'
import { paced } from './pace.ts'
import { median, quantile } from './statistics.ts'
import { serversUnder, WatchedFleet } from './watched-fleet.ts'

/** What one size of fleet came to; sent to the parent. Bytes and microseconds, `lateMs` and lag in milliseconds. */
export type FleetSize = {
  readonly sweepMs: number
  readonly microsPerCheck: number
  /** At the same pace in the same process, just before and after. */
  readonly microsPerPing: number
  readonly heapPerServer: number
  readonly heapPerServerUnconnected: number
  readonly lateMs: number
  readonly lag: LoopLag
}

/** Wakes for as many shallow checks a second at every size. */
const CHECKS_PER_SECOND = 200
const MEASURED_MS = 10_000
/** The tenth check of a server is a deep one. */
const SHALLOW_ROUNDS = 7

const [url = '', path = '', size = '0'] = process.argv.slice(2)
const servers = Number(size)

async function measured(): Promise<FleetSize> {
  await using floor = new BarePing(url)
  await warmUp()
  const pings = [await ping(floor)]
  const before = await heap()
  const intervalMs = (servers / CHECKS_PER_SECOND) * 1_000
  await using fleet = await aFleet(intervalMs)
  const startedAt = performance.now()
  await fleet.untilChecked(servers, 120_000)
  const sweepMs = performance.now() - startedAt
  const after = await heap()
  fleet.lateMs = []
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  const micros = [await shallow(fleet, intervalMs)]
  const lag = loopLag(delays)
  await fleet.disconnect()
  const unconnected = await heap()
  // A small fleet is soon at its next deep checks.
  while (micros.length * SHALLOW_ROUNDS * intervalMs < MEASURED_MS) micros.push(await anotherTime(intervalMs))
  pings.push(await ping(floor))
  return {
    sweepMs,
    microsPerCheck: median(micros),
    microsPerPing: (Number(pings[0]) + Number(pings[1])) / 2,
    heapPerServer: (after - before) / servers,
    heapPerServerUnconnected: (unconnected - before) / servers,
    lateMs: quantile(fleet.lateMs, 0.99),
    lag,
  }
}

const aFleet = (intervalMs: number) =>
  WatchedFleet.start({ servers: serversUnder(`${url}${path}`, servers, intervalMs), clock: systemClock })

const shallow = (fleet: WatchedFleet, intervalMs: number): Promise<number> =>
  cpuPerOperation(() => fleet.checksWithin(Math.min(Math.max(MEASURED_MS, intervalMs), SHALLOW_ROUNDS * intervalMs)))

async function anotherTime(intervalMs: number): Promise<number> {
  await using fleet = await aFleet(intervalMs)
  await fleet.untilChecked(2 * servers, 60_000)
  return await shallow(fleet, intervalMs)
}

const ping = (floor: BarePing): Promise<number> => paced(floor.send, 600, 1_000 / CHECKS_PER_SECOND)

/** What every fleet needs once, code above all, is no cost of a server. */
async function warmUp(): Promise<void> {
  await using fleet = await WatchedFleet.start({ servers: serversUnder(url, 200, 1_000), clock: systemClock })
  await fleet.untilChecked(2_000, 60_000)
}

/** What is there after a collection, with what hangs on it. */
async function heap(): Promise<number> {
  for (let n = 0; n < 3; n++) {
    globalThis.gc?.()
    await setTimeout(100)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

process.send?.(await measured())
