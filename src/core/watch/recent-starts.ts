import type { Instant } from '../clock.ts'

const WITHIN_MS = 1_000
/** So many that are over are kept before they are cut off together. */
const KEPT = 1_000

/** When checks were started within the last second: counted at every start, so nothing here may take long. */
export class RecentStarts {
  #times: Instant[] = []
  /** Index of the oldest that still counts. */
  #from = 0

  add(now: Instant): void {
    this.#times.push(now)
  }

  /** How many there were within the last second. */
  countAt(now: Instant): number {
    for (let at = this.oldest; at !== undefined && now - at >= WITHIN_MS; at = this.oldest) this.#from++
    if (this.#from > KEPT) {
      this.#times = this.#times.slice(this.#from)
      this.#from = 0
    }
    return this.#times.length - this.#from
  }

  /** The first of them, as of the last count. */
  get oldest(): Instant | undefined {
    return this.#times[this.#from]
  }
}
