import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import type { Clock, Instant } from '../../core/clock.ts'

type Window = { readonly since: Instant; count: number }

const MOST_KEYS = 10_000

/**
 * Counts requests by the monotonic clock. The library's own store goes by the wall clock: once that is set back, a
 * window lasts until it has caught up, be it years.
 */
export const requestCounts = (clock: Clock): FastifyRateLimitStoreCtor =>
  class RequestCounts implements FastifyRateLimitStore {
    /** The window used longest ago first. */
    readonly #windows = new Map<string, Window>()

    incr(key: string, done: Parameters<FastifyRateLimitStore['incr']>[1], windowMs: number): void {
      const now = clock.now()
      const known = this.#windows.get(key)
      const window = known && now - known.since < windowMs ? known : { since: now, count: 0 }
      window.count++
      this.#windows.delete(key)
      this.#windows.set(key, window)
      const [oldest] = this.#windows.size > MOST_KEYS ? this.#windows.keys() : []
      if (oldest !== undefined) this.#windows.delete(oldest)
      done(null, { current: window.count, ttl: window.since + windowMs - now })
    }

    /** Of options that hold for all routes, which are the only ones here. */
    child(): FastifyRateLimitStore {
      return this
    }
  }
