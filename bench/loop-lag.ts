import type { monitorEventLoopDelay } from 'node:perf_hooks'

/** How much later than due the event loop came round, in milliseconds. */
export type LoopLag = { readonly p50: number; readonly p99: number; readonly max: number }

const RESOLUTION_MS = 10

/** The histogram counts from one look to the next, which are 10 ms apart when nothing is late. */
export function loopLag(delays: ReturnType<typeof monitorEventLoopDelay>): LoopLag {
  const late = (nanos: number) => Math.max(0, nanos / 1e6 - RESOLUTION_MS)
  return { p50: late(delays.percentile(50)), p99: late(delays.percentile(99)), max: late(delays.max) }
}
