import { type Clock, instant, timestamp } from '../src/core/clock.ts'

/** A clock on which time passes `speed` times as fast, so that a fleet does in seconds what it does in minutes. */
export function fastClock(speed: number): Clock {
  const startedAt = Date.now()
  const now = () => performance.now() * speed
  const origin = now()
  return {
    now: () => instant(now()),
    wall: () => timestamp(Math.round(startedAt + now() - origin)),
    wallAheadMs: startedAt - origin,
    after(ms, wake) {
      const timer = setTimeout(wake, Math.max(0, ms) / speed)
      return () => clearTimeout(timer)
    },
  }
}
