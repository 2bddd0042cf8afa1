import { type Instant, instant, later } from '../../core/clock.ts'

/** How a process fared so far: when it was started (newest last, only what the window needs) and crashes in a row. */
export type StartHistory = {
  readonly starts: readonly Instant[]
  readonly crashes: number
  readonly crashedAt: Instant
}

export type BackoffPolicy = {
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** A run as long as this forgives all crashes before it. */
  readonly stableMs: number
  /** At most `maxStarts` in any `windowMs`. */
  readonly maxStarts: number
  readonly windowMs: number
}

export const RESTART_POLICY: BackoffPolicy = {
  firstDelayMs: 1_000,
  maxDelayMs: 60_000,
  stableMs: 60_000,
  maxStarts: 12,
  windowMs: 600_000,
}

export const neverStarted: StartHistory = { starts: [], crashes: 0, crashedAt: instant(Number.NEGATIVE_INFINITY) }

export const afterStart = (history: StartHistory, now: Instant, policy: BackoffPolicy): StartHistory => ({
  ...history,
  starts: [...history.starts, now].slice(-policy.maxStarts),
})

/** After an end nobody asked for, or a start that failed. */
export function afterCrash(history: StartHistory, now: Instant, policy: BackoffPolicy): StartHistory {
  const startedAt = history.starts.at(-1) ?? now
  const crashes = now - startedAt >= policy.stableMs ? 1 : history.crashes + 1
  return { ...history, crashes, crashedAt: now }
}

/** The earliest moment of the next start; in the past when it may be made now. */
export function nextStartAt(history: StartHistory, policy: BackoffPolicy): Instant {
  const delayMs = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (history.crashes - 1))
  const afterCrashAt = history.crashes === 0 ? history.crashedAt : later(history.crashedAt, delayMs)
  return instant(Math.max(afterCrashAt, roomAt(history, policy)))
}

/** As `nextStartAt`, for a start that waits for no delay after a crash. */
export function roomAt({ starts }: StartHistory, { maxStarts, windowMs }: BackoffPolicy): Instant {
  const oldest = starts.length >= maxStarts ? starts.at(-maxStarts) : undefined
  return oldest === undefined ? instant(Number.NEGATIVE_INFINITY) : later(oldest, windowMs)
}
