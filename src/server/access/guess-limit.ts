import type { Instant } from '../../core/clock.ts'

type Guesses = { readonly since: Instant; readonly hashes: Set<string> }

const WINDOW_MS = 60_000
const MAX_WRONG = 20
const MAX_ADDRESSES = 10_000

/**
 * Counts the different wrong secrets an address has tried. A client that repeats one stale token counts once, so it
 * cannot lock its neighbours out; somebody who guesses tries many.
 */
export class GuessLimit {
  readonly #byAddress = new Map<string, Guesses>()

  /** How long the address has to wait; undefined when it may try. */
  waitMs(address: string, now: Instant): number | undefined {
    const guesses = this.#current(address, now)
    return guesses && guesses.hashes.size >= MAX_WRONG ? guesses.since + WINDOW_MS - now : undefined
  }

  /** Whether the address tried this wrong secret within the last minute already. */
  isKnownWrong(address: string, hash: string, now: Instant): boolean {
    return this.#current(address, now)?.hashes.has(hash) ?? false
  }

  wrong(address: string, hash: string, now: Instant): void {
    const guesses = this.#current(address, now) ?? { since: now, hashes: new Set<string>() }
    if (guesses.hashes.size < MAX_WRONG) guesses.hashes.add(hash)
    this.#byAddress.delete(address)
    this.#byAddress.set(address, guesses)
    if (this.#byAddress.size > MAX_ADDRESSES) this.#forgetOldest()
  }

  #current(address: string, now: Instant): Guesses | undefined {
    const guesses = this.#byAddress.get(address)
    return guesses && now - guesses.since < WINDOW_MS ? guesses : undefined
  }

  #forgetOldest(): void {
    const oldest = this.#byAddress.keys().next()
    if (!oldest.done) this.#byAddress.delete(oldest.value)
  }
}
