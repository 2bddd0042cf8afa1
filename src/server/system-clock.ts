import { type Clock, instant, timestamp } from '../core/clock.ts'

/** Node fires a timer at once when it is longer than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
/** How far the wall clock may drift from the monotonic one before that counts as somebody setting it. */
const DRIFT_MS = 100

let wallAheadMs: number | undefined

/** The real time: monotonic for decisions, wall clock for display. Timers keep a running server alive by nothing else. */
export const systemClock: Clock = {
  now: () => instant(performance.now()),
  wall: () => timestamp(systemClock.wallAheadMs + performance.now()),
  get wallAheadMs() {
    const measuredMs = Date.now() - performance.now()
    if (wallAheadMs === undefined || Math.abs(measuredMs - wallAheadMs) > DRIFT_MS) wallAheadMs = measuredMs
    return wallAheadMs
  },
  after(ms, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(0, ms), LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
}
