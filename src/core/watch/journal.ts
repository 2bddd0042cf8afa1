import type { Clock, Timestamp } from '../clock.ts'
import { AppError } from '../errors.ts'
import type { StoredEvent } from '../events.ts'
import type { Feed } from '../feed.ts'
import type { Change, Store } from '../ports.ts'
import { KEPT, thinned } from './backlog.ts'

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
  readonly at: Timestamp
  readonly settle: (result: readonly StoredEvent[] | Error) => void
}

type How = Pick<Write, 'keep'> & {
  /** Nobody waits for it: others may come to share its transaction. */
  readonly patient: boolean
}

/** Writes of one transaction at most: a batch costs little more than one write. */
const BATCH = 500
/** A transaction that takes longer is in trouble: the store counts as down until it ends. */
const PATIENCE_MS = 5_000
/** Asks the store whether it is back when nothing waits for it. */
const PROBE: Omit<Write, 'at'> = { changes: [], keep: true, settle: () => {} }
const RETRY_MS = 1_000
/** So long waits what nobody waits for: most of what a transaction costs is the same for one row and for many. */
const COMPANY_MS = 200

/**
 * The one way changes reach the store: writes that come in while a transaction runs share the next one, and events
 * leave only after their commit, in the order of their `seq`.
 */
export class Journal {
  readonly #deps: Deps
  #queue: Write[] = []
  #storing: readonly Write[] = []
  #running: Promise<void> | undefined
  #down: AppError | undefined
  #cancelRetry: (() => void) | undefined
  #cancelCompany: (() => void) | undefined
  /** Whether what is queued is to be stored now. */
  #hurried = false
  #lastSeq = 0
  /** So long a queue is worth thinning. */
  #long: number = KEPT.check_logged

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Resolves once stored and announced. @throws AppError 'unavailable' when the store is, with nothing changed. */
  write(changes: readonly Change[]): Promise<readonly StoredEvent[]> {
    return this.#enqueue(changes, { keep: false, patient: false })
  }

  /** As `write`, but what was measured is kept and stored later when the store is down; the promise still rejects at once. */
  record(changes: readonly Change[]): Promise<readonly StoredEvent[]> {
    return this.#enqueue(changes, { keep: true, patient: false })
  }

  /** As `record`, for what nobody waits for and no event tells of: it may take a moment more, and then costs less. */
  log(changes: readonly Change[]): Promise<readonly StoredEvent[]> {
    return this.#enqueue(changes, { keep: true, patient: true })
  }

  /** What waits for company waits no longer. */
  hurry(): void {
    if (!this.#down) this.#store()
  }

  /** The newest event the store holds from before this process. */
  startAt(seq: number): void {
    this.#lastSeq = seq
  }

  /** `seq` of the newest event that was announced. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /** Why nothing can be stored at present; undefined while all is well. */
  get outage(): AppError | undefined {
    return this.#down
  }

  /** Up to when all that was measured is stored. */
  get storedUntil(): Timestamp {
    return (this.#storing[0] ?? this.#queue[0])?.at ?? this.#deps.clock.wall()
  }

  /** How many writes wait to be stored. */
  get backlog(): number {
    return this.#queue.length
  }

  /** Stores what is left, if the store lets it. */
  async close(): Promise<void> {
    this.#cancelRetry?.()
    await this.#running
    if (this.#queue.length > 0) this.#store()
    await this.#running
  }

  #enqueue(changes: readonly Change[], { keep, patient }: How): Promise<readonly StoredEvent[]> {
    if (this.#down && !keep) return Promise.reject(this.#down)
    const stored = new Promise<readonly StoredEvent[]>((resolve, reject) => {
      const settle = (result: readonly StoredEvent[] | Error) =>
        result instanceof Error ? reject(result) : resolve(result)
      this.#queue.push({ changes, keep, at: this.#deps.clock.wall(), settle })
    })
    if (this.#down) {
      this.#thin()
      return Promise.race([stored, Promise.reject(this.#down)])
    }
    if (patient && this.#queue.length < BATCH) this.#awaitCompany()
    else this.#store()
    return stored
  }

  #awaitCompany(): void {
    this.#cancelCompany ??= this.#deps.clock.after(COMPANY_MS, () => this.hurry())
  }

  #store(): void {
    this.#cancelCompany?.()
    this.#cancelCompany = undefined
    this.#hurried = true
    this.#running ??= this.#drain()
  }

  async #drain(): Promise<void> {
    await Promise.resolve()
    while (this.#queue.length > 0 && this.#hurried) {
      this.#hurried = this.#queue.length > BATCH
      const batch = this.#queue.splice(0, BATCH)
      try {
        await this.#commit(batch)
      } catch (error) {
        if (isUnavailable(error)) {
          this.#wait(batch, error)
          break
        }
        await this.#oneByOne(batch)
      }
    }
    this.#storing = []
    this.#running = undefined
  }

  async #commit(batch: readonly Write[]): Promise<void> {
    const { store, clock } = this.#deps
    this.#storing = batch
    const stopWaiting = clock.after(PATIENCE_MS, () => this.#refuse(tooSlow(), batch))
    try {
      const stored = await store.commit(batch.flatMap((write) => write.changes))
      this.#answered()
      this.#announce(batch, stored)
    } catch (error) {
      if (!isUnavailable(error)) this.#answered()
      throw error
    } finally {
      stopWaiting()
    }
  }

  #answered(): void {
    if (this.#down) this.#hurried = true
    this.#down = undefined
  }

  #announce(batch: readonly Write[], stored: readonly StoredEvent[]): void {
    let from = 0
    for (const write of batch) {
      const count = write.changes.filter((change) => change.type === 'event').length
      const events = stored.slice(from, from + count)
      from += count
      for (const event of events) {
        this.#lastSeq = event.seq
        this.#deps.events.emit(event)
      }
      write.settle(events)
    }
  }

  /** One refused write (a taken name) must not take its neighbours along. */
  async #oneByOne(batch: readonly Write[]): Promise<void> {
    for (const [index, write] of batch.entries()) {
      try {
        await this.#commit([write])
      } catch (error) {
        if (isUnavailable(error)) return this.#wait(batch.slice(index), error)
        if (write.keep) this.#deps.onError(error)
        write.settle(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }

  #wait(batch: readonly Write[], error: AppError): void {
    this.#queue = [...batch, ...this.#queue]
    this.#refuse(error)
    if (this.#queue.length === 0) this.#queue = [{ ...PROBE, at: this.#deps.clock.wall() }]
    this.#cancelRetry = this.#deps.clock.after(error.retryAfterMs ?? RETRY_MS, () => {
      this.#store()
    })
  }

  /**
   * The store is down: nobody waits for it any more, and only measurements stay queued. A request that is `running` has no
   * answer before it is known whether it was stored.
   */
  #refuse(error: AppError, running: readonly Write[] = []): void {
    if (!this.#down) this.#deps.onError(error)
    this.#down = error
    const isKept = ({ keep }: Write) => keep
    for (const write of [...running.filter(isKept), ...this.#queue]) write.settle(error)
    this.#queue = this.#queue.filter(isKept)
    this.#thin()
  }

  /** Seldom enough that each write is looked at a few times only. */
  #thin(): void {
    if (this.#queue.length < this.#long) return
    this.#queue = thinned(this.#queue)
    this.#long = Math.max(KEPT.check_logged, 2 * this.#queue.length)
  }
}

const isUnavailable = (error: unknown): error is AppError => error instanceof AppError && error.code === 'unavailable'

const tooSlow = () =>
  new AppError('unavailable', 'The database takes too long to answer', { retryAfterMs: PATIENCE_MS })
