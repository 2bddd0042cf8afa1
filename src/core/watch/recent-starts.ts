import { type Instant, later } from '../clock.ts'

const WITHIN_MS = 1_000

/** When checks were started within the last second. */
export class RecentStarts {
  readonly #times: Instant[] = []

  add(now: Instant): void {
    this.#times.push(now)
  }

  /** The last one was seen only now: starting takes a while. */
  seen(now: Instant): void {
    this.#times.splice(-1, 1, now)
  }

  /** How many there were within the last second. */
  countAt(now: Instant): number {
    for (let [at] = this.#times; at !== undefined && now - at >= WITHIN_MS; [at] = this.#times) this.#times.shift()
    return this.#times.length
  }

  /** When there will be fewer of them; in a second when there are none. */
  fewerAt(now: Instant): Instant {
    this.countAt(now)
    return later(this.#times[0] ?? now, WITHIN_MS)
  }
}
