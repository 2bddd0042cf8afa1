import type { Instant } from '../clock.ts'

/** What one call takes of the bucket, so that a millisecond gives back as many units as calls are allowed a minute. */
const CALL = 60_000

/** How fast the calls of one token come: a bucket that holds the calls of a minute, and empties evenly. */
export class CallPace {
  #used = 0
  #seenMs = Number.NEGATIVE_INFINITY

  /** Takes a call in and answers 0; else how many ms from now it may come. `perMinute` may be another each time. */
  take(now: Instant, perMinute: number): number {
    const nowMs = Math.floor(now)
    const room = CALL * perMinute
    const freed = this.#used === 0 ? 0 : (nowMs - this.#seenMs) * perMinute
    this.#used = Math.max(0, Math.min(this.#used, room) - freed)
    this.#seenMs = nowMs
    const over = this.#used + CALL - room
    if (over > 0) return Math.ceil(over / perMinute)
    this.#used += CALL
    return 0
  }
}
