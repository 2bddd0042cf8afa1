import type { Clock } from '../clock.ts'
import { AppError } from '../errors.ts'
import type { Feed } from '../feed.ts'
import type { Store } from '../ports.ts'
import type { StoredCall } from './call-history.ts'
import type { CallRecord } from './call-record.ts'

type Deps = {
  readonly store: Pick<Store, 'saveCalls' | 'lastCallId'>
  readonly clock: Clock
  /** Told of calls as they are counted, and of the same once they are stored. */
  readonly ended: Feed<readonly StoredCall[]>
  readonly stored: Feed<readonly StoredCall[]>
  readonly onError: (error: unknown) => void
}

const FLUSH_MS = 1_000
/** So many are stored at once, before the time is up. */
const BATCH = 1_000
/** So many wait for a store that is down; then the oldest go. */
const MOST_WAITING = 50_000
/** Of those that wait so many keep what was said: that is up to 32 KiB of each. */
const MOST_PAYLOADS = 1_000
/** Names come from clients. */
const LONGEST_TARGET = 512

/** Takes each call off the path it went, and stores them once a second: the last second is all that a crash can lose. */
export class CallLog {
  readonly #deps: Deps
  #fresh: StoredCall[] = []
  #waiting: StoredCall[] = []
  #lastId = 0
  #cancel: (() => void) | undefined
  #storing: Promise<void> | undefined
  #isDown = false
  #lost = 0

  constructor(deps: Deps) {
    this.#deps = deps
  }

  async load(): Promise<void> {
    this.#lastId = await this.#deps.store.lastCallId()
  }

  /** Calls that were never stored, because the store was down too long. */
  get lost(): number {
    return this.#lost
  }

  record(call: CallRecord): void {
    this.#fresh.push({ ...call, id: ++this.#lastId, target: call.target?.slice(0, LONGEST_TARGET) })
    if (this.#fresh.length >= BATCH) this.#count()
    this.#cancel ??= this.#deps.clock.after(FLUSH_MS, this.#flush)
  }

  /** Stores what is left, if the store lets it. */
  async close(): Promise<void> {
    this.#cancel?.()
    await this.#storing
    this.#count()
    await this.#store()
    this.#cancel?.()
  }

  readonly #flush = (): void => {
    this.#cancel = undefined
    this.#count()
    this.#storing ??= this.#store().finally(() => {
      this.#storing = undefined
    })
  }

  #count(): void {
    if (this.#fresh.length === 0) return
    const ended = this.#fresh
    this.#fresh = []
    this.#waiting.push(...ended)
    // A save may hang for long.
    if (this.#storing) this.#dropPayloads()
    this.#deps.ended.emit(ended)
  }

  async #store(): Promise<void> {
    const { store, stored, onError } = this.#deps
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH)
      try {
        await store.saveCalls(batch)
      } catch (error) {
        const isOutage = error instanceof AppError && error.code === 'unavailable'
        if (!isOutage || !this.#isDown) onError(error)
        this.#isDown = isOutage
        if (isOutage) return this.#wait()
      }
      this.#isDown = false
      this.#waiting.splice(0, batch.length)
      stored.emit(batch)
    }
  }

  #wait(): void {
    const more = this.#waiting.length - MOST_WAITING
    if (more > 0) {
      this.#waiting.splice(0, more)
      this.#lost += more
    }
    this.#dropPayloads()
    this.#cancel ??= this.#deps.clock.after(FLUSH_MS, this.#flush)
  }

  #dropPayloads(): void {
    for (let at = this.#waiting.length - MOST_PAYLOADS - 1; at >= 0; at--) {
      const call = this.#waiting[at]
      if (call?.payload) this.#waiting[at] = { ...call, payload: undefined }
    }
  }
}
