import { AppError } from '../errors.ts'
import type { ServerId } from '../ids.ts'

/** Calls of one server that run at once, and that wait for one of them to end. */
const PLACES = { running: 64, waiting: 64 } as const

type Waiting = { readonly entered: () => void; readonly turnedAway: () => void }
type Places = { running: number; readonly waiting: Waiting[] }

/** Keeps the calls of one server from using up what all servers share. */
export class Bulkhead {
  readonly #servers = new Map<ServerId, Places>()

  /** Takes a place if one is free; then `leave` must follow. */
  enter(id: ServerId): boolean {
    const places = this.#servers.get(id)
    if (places === undefined) this.#servers.set(id, { running: 1, waiting: [] })
    else if (places.running < PLACES.running) places.running += 1
    else return false
    return true
  }

  /**
   * Calls `entered` with the place that another call leaves, first come first served, or `turnedAway` when this closes.
   * False when too many wait.
   */
  wait(id: ServerId, entered: () => void, turnedAway: () => void): boolean {
    const waiting = this.#servers.get(id)?.waiting
    if (waiting === undefined || waiting.length >= PLACES.waiting) return false
    waiting.push({ entered, turnedAway })
    return true
  }

  /** Waits no longer. False when it has its place, or never waited. */
  giveUp(id: ServerId, entered: () => void): boolean {
    const waiting = this.#servers.get(id)?.waiting
    const at = waiting?.findIndex((one) => one.entered === entered) ?? -1
    if (at < 0) return false
    waiting?.splice(at, 1)
    return true
  }

  leave(id: ServerId): void {
    const places = this.#servers.get(id)
    if (places === undefined) return
    const next = places.waiting.shift()
    if (next) next.entered()
    else if (--places.running === 0) this.#servers.delete(id)
  }

  /** Turns away all that wait. */
  close(): void {
    for (const { waiting } of this.#servers.values()) for (const { turnedAway } of waiting.splice(0)) turnedAway()
  }

  /**
   * Runs `work` as soon as there is a place.
   * @throws AppError 'unavailable' when too many wait already, or the reason of `signal` when it aborts meanwhile.
   */
  async run<T>(id: ServerId, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (!this.enter(id)) await this.#turn(id, signal)
    try {
      return await work()
    } finally {
      this.leave(id)
    }
  }

  async #turn(id: ServerId, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const full = new AppError('unavailable', 'Too many calls wait for this server', { retryAfterMs: 1_000 })
    if (!this.wait(id, resolve, () => reject(full))) throw full
    const leave = () => {
      if (this.giveUp(id, resolve)) reject(signal.reason)
    }
    signal.addEventListener('abort', leave)
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }
}
