import type { Instant } from '../clock.ts'
import { AppError } from '../errors.ts'
import type { ServerId } from '../ids.ts'

const PER_MINUTE = 10
const MINUTE_MS = 60_000

/** Checks that people may ask for: 10 a minute and server, so that a button is no load test. */
export class OnDemandLimit {
  readonly #starts = new Map<ServerId, readonly Instant[]>()

  /** Counts one. @throws AppError 'rate_limited' that says when the next is welcome. */
  take(id: ServerId, now: Instant): void {
    const recent = (this.#starts.get(id) ?? []).filter((at) => now - at < MINUTE_MS)
    const [oldest] = recent
    if (oldest !== undefined && recent.length >= PER_MINUTE) {
      throw new AppError('rate_limited', `At most ${PER_MINUTE} checks a minute on demand of one server`, {
        retryAfterMs: MINUTE_MS - (now - oldest),
      })
    }
    this.#starts.set(id, [...recent, now])
  }

  forget(id: ServerId): void {
    this.#starts.delete(id)
  }
}
