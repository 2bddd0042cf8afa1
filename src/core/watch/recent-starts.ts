import type { Instant } from '../clock.ts'

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
    for (let at = this.oldest; at !== undefined && now - at >= WITHIN_MS; at = this.oldest) this.#times.shift()
    return this.#times.length
  }

  /** The first of them, as of the last count. */
  get oldest(): Instant | undefined {
    return this.#times[0]
  }
}
