import type { Clock } from './clock.ts'
import { AppError } from './errors.ts'
import type { Feed, StoredEvent } from './events.ts'
import type { Change, Store } from './ports.ts'

type Deps = {
  readonly store: Pick<Store, 'commit'>
  /** Told of every stored event, in the order of `seq`. */
  readonly events: Feed<StoredEvent>
  readonly clock: Clock
  /** Told once when the store fails and of every write that had to be given up. */
  readonly onError: (error: unknown) => void
}

type Write = {
  readonly changes: readonly Change[]
  /** What was measured is kept until the store is back; what a person asked for fails at once. */
  readonly keep: boolean
  readonly settle: (result: readonly StoredEvent[] | Error) => void
}

/** Writes of one transaction at most: a batch costs little more than one write. */
const BATCH = 500
/** Measurements kept while the store is down; beyond that the oldest check rows go, never states or events. */
const KEPT = 20_000
const RETRY_MS = 1_000

/**
 * The one way changes reach the store: writes that come in while a transaction runs share the next one, and events
 * leave only after their commit, in the order of their `seq`.
 */
export class Journal {
  readonly #deps: Deps
  #queue: Write[] = []
  #running: Promise<void> | undefined
  #down: AppError | undefined
  #cancelRetry: (() => void) | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Resolves once stored and announced. @throws AppError 'unavailable' when the store is, with nothing changed. */
  write(changes: readonly Change[]): Promise<readonly StoredEvent[]> {
    return this.#enqueue(changes, false)
  }

  /** As `write`, but what was measured is kept and stored later when the store is down; the promise still rejects at once. */
  record(changes: readonly Change[]): Promise<readonly StoredEvent[]> {
    return this.#enqueue(changes, true)
  }

  /** Of the newest event that was announced; set it once from what the store holds. */
  lastSeq = 0

  /** Why nothing can be stored at present; undefined while all is well. */
  get outage(): AppError | undefined {
    return this.#down
  }

  /** Stores what is left, if the store lets it. */
  async close(): Promise<void> {
    this.#cancelRetry?.()
    await this.#running
    if (this.#queue.length > 0) await this.#drain()
  }

  #enqueue(changes: readonly Change[], keep: boolean): Promise<readonly StoredEvent[]> {
    if (this.#down && !keep) return Promise.reject(this.#down)
    const stored = new Promise<readonly StoredEvent[]>((resolve, reject) => {
      const settle = (result: readonly StoredEvent[] | Error) =>
        result instanceof Error ? reject(result) : resolve(result)
      this.#queue.push({ changes, keep, settle })
    })
    if (this.#down) {
      this.#shed()
      return Promise.race([stored, Promise.reject(this.#down)])
    }
    this.#running ??= this.#drain()
    return stored
  }

  async #drain(): Promise<void> {
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH)
      try {
        this.#announce(batch, await this.#deps.store.commit(batch.flatMap((write) => write.changes)))
        this.#down = undefined
      } catch (error) {
        if (error instanceof AppError && error.code === 'unavailable') {
          this.#wait(batch, error)
          break
        }
        await this.#oneByOne(batch)
      }
    }
    this.#running = undefined
  }

  #announce(batch: readonly Write[], stored: readonly StoredEvent[]): void {
    let from = 0
    for (const write of batch) {
      const count = write.changes.filter((change) => change.type === 'event').length
      const events = stored.slice(from, from + count)
      from += count
      for (const event of events) {
        this.lastSeq = event.seq
        this.#deps.events.emit(event)
      }
      write.settle(events)
    }
  }

  /** One refused write (a taken name) must not take its neighbours along. */
  async #oneByOne(batch: readonly Write[]): Promise<void> {
    for (const [index, write] of batch.entries()) {
      try {
        this.#announce([write], await this.#deps.store.commit(write.changes))
      } catch (error) {
        if (error instanceof AppError && error.code === 'unavailable') return this.#wait(batch.slice(index), error)
        if (write.keep) this.#deps.onError(error)
        write.settle(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }

  #wait(batch: readonly Write[], error: AppError): void {
    if (!this.#down) this.#deps.onError(error)
    this.#down = error
    const waiting = [...batch, ...this.#queue]
    this.#queue = waiting.filter((write) => write.keep)
    for (const write of waiting) write.settle(error)
    this.#shed()
    this.#cancelRetry = this.#deps.clock.after(error.retryAfterMs ?? RETRY_MS, () => {
      this.#running ??= this.#drain()
    })
  }

  #shed(): void {
    const excess = this.#queue.length - KEPT
    for (let i = 0; i < excess; i++) {
      const write = this.#queue[i]
      if (write)
        this.#queue[i] = { ...write, changes: write.changes.filter((change) => change.type !== 'check_logged') }
    }
  }
}
