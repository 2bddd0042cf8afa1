import type { Clock } from '../../core/clock.ts'
import type { Caller } from '../../core/gateway/endpoint.ts'
import type { Answer } from './answer.ts'
import { tooMany } from './rpc-failure.ts'

type Deps = {
  readonly clock: Clock
  /** How many one token may have: each takes a connection for as long as its client likes. */
  readonly mostOfToken: number
}

/** Proxies cut streams that are silent for a minute. Twice this long none is. */
const LOOK_MS = 14_000
const AGAIN_MS = 5_000

/** The streams to clients that last while there is nothing to say: one timer for all. */
export class ClientStreams {
  readonly #deps: Deps
  readonly #streams = new Map<Answer, Caller['tokenId']>()
  #stopLooking: (() => void) | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Until it ends. @throws RpcFailure when its token has too many. */
  add(stream: Answer, { tokenId }: Caller): void {
    const { clock, mostOfToken } = this.#deps
    if (this.#streams.size >= mostOfToken && this.#openOf(tokenId) >= mostOfToken) {
      throw tooMany(`More than ${mostOfToken} streams with this token`, AGAIN_MS)
    }
    this.#streams.set(stream, tokenId)
    this.#stopLooking ??= clock.after(LOOK_MS, this.#look)
  }

  close(): void {
    this.#stopLooking?.()
    this.#streams.clear()
  }

  #openOf(token: Caller['tokenId']): number {
    let open = 0
    for (const [stream, tokenId] of this.#streams) if (tokenId === token && stream.isOpen) open++
    return open
  }

  readonly #look = (): void => {
    for (const stream of this.#streams.keys()) {
      if (stream.isOpen) stream.keepAlive()
      else this.#streams.delete(stream)
    }
    this.#stopLooking = this.#streams.size > 0 ? this.#deps.clock.after(LOOK_MS, this.#look) : undefined
  }
}
