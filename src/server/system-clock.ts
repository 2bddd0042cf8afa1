import { type Clock, instant, timestamp } from '../core/clock.ts'

/** Node fires a timer at once when it is longer than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The real time: monotonic for decisions, wall clock for display. Timers keep a running server alive by nothing else. */
export const systemClock: Clock = {
  now: () => instant(performance.now()),
  wall: () => timestamp(Date.now()),
  after(ms, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(0, ms), LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
}
