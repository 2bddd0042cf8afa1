import type { Clock } from '../core/clock.ts'
import type { Channel, RequestOptions } from './channel.ts'
import type { Lasting, LastingRequest } from './lasting-requests.ts'

type Deps = {
  readonly channel: Pick<Channel, 'request'>
  readonly clock: Clock
  readonly lasting: Pick<Lasting, 'all' | 'holds' | 'refused'>
}

/** A session that has much to be set goes on after this long, and is set meanwhile. */
const PATIENCE_MS = 1_000
const AT_ONCE = 8

/** What held in the session before, and the present one was not asked for yet. */
export class OwedRequests {
  readonly #deps: Deps
  #owed: LastingRequest[] = []

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** In a new session; the first requests wait for it, though not for long. */
  async restore(options: RequestOptions): Promise<void> {
    const { lasting, clock } = this.#deps
    this.#owed = [...lasting.all()]
    if (this.#owed.length === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = clock.after(PATIENCE_MS, resolve)
    await Promise.race([this.pay(options), promise])
    stop()
  }

  /** What the server refuses by now is over; what it has no answer to is left for the next time. */
  async pay({ limits, signal }: RequestOptions): Promise<void> {
    const { channel, lasting } = this.#deps
    const owed = this.#owed
    const payInTurn = async () => {
      for (let next = owed.shift(); next !== undefined; next = owed.shift()) {
        try {
          if (!lasting.holds(next)) continue
          const reply = await channel.request(next.method, next.params, { limits, signal, trace: undefined })
          if ('error' in reply) lasting.refused(next)
        } catch {
          owed.push(next)
          return
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, payInTurn))
  }
}
