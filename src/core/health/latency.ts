import type { ServerState } from './state.ts'

type Latency = ServerState['latency']

/** `floorMs`: below it a check is never slow, however fast the others were; a local server answers within 1 ms or 5. */
const SLOW = { aboveMs: 2_000, timesAverage: 4, floorMs: 100, of: 5, atLeast: 3 } as const

/** Weight of the newest response time in the moving average. */
const WEIGHT = 0.1

export const NO_LATENCY: Latency = { averageMs: undefined, slow: [] }

/** One more response time: the average moves a little, and only the last five count for `isDegraded`. */
export function measured({ averageMs, slow }: Latency, responseTimeMs: number): Latency {
  const usual = averageMs ?? responseTimeMs
  const limitMs = Math.min(SLOW.aboveMs, Math.max(SLOW.floorMs, SLOW.timesAverage * usual))
  return {
    averageMs: usual + WEIGHT * (responseTimeMs - usual),
    slow: [...slow, responseTimeMs > limitMs].slice(-SLOW.of),
  }
}

export const isDegraded = ({ slow }: Latency): boolean => slow.filter(Boolean).length >= SLOW.atLeast
