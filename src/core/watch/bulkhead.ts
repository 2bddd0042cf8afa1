import { AppError } from '../errors.ts'
import type { ServerId } from '../ids.ts'

/** Calls of one server that run at once, and that wait for one of them to end. */
const PLACES = { running: 64, waiting: 64 } as const

type Places = { running: number; readonly waiting: (() => void)[] }

/** Keeps the calls of one server from using up what all servers share. */
export class Bulkhead {
  readonly #servers = new Map<ServerId, Places>()

  /**
   * Runs `work` as soon as there is a place, first come first served.
   * @throws AppError 'unavailable' when too many wait already, or the reason of `signal` when it aborts meanwhile.
   */
  async run<T>(id: ServerId, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const places = this.#servers.get(id) ?? { running: 0, waiting: [] }
    this.#servers.set(id, places)
    if (places.running >= PLACES.running) await waitIn(places, signal)
    else places.running += 1
    try {
      return await work()
    } finally {
      const next = places.waiting.shift()
      if (next) next()
      else places.running -= 1
      if (places.running === 0) this.#servers.delete(id)
    }
  }
}

/** Resolves with the place that another call leaves. */
async function waitIn({ waiting }: Places, signal: AbortSignal): Promise<void> {
  if (waiting.length >= PLACES.waiting) {
    throw new AppError('unavailable', 'Too many calls wait for this server', { retryAfterMs: 1_000 })
  }
  signal.throwIfAborted()
  const place = Promise.withResolvers<void>()
  const leave = () => {
    const at = waiting.indexOf(place.resolve)
    if (at < 0) return
    waiting.splice(at, 1)
    place.reject(signal.reason)
  }
  waiting.push(place.resolve)
  signal.addEventListener('abort', leave)
  try {
    await place.promise
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
