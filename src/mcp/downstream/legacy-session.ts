import type { Instant } from '../../core/clock.ts'
import type { Caller, Endpoint } from '../../core/gateway/endpoint.ts'
import type { RpcId } from '../channel.ts'
import type { ClientSelf } from '../relay-request.ts'
import type { Answer } from './answer.ts'

/** What can be stopped at the client's word. */
type Stoppable = { cancel(): void }

type Begun = {
  readonly id: string
  readonly caller: Caller
  readonly endpoint: Endpoint
  readonly client: ClientSelf
  readonly version: string
}

/** A legacy client from `initialize` to its end. */
export class LegacySession implements Begun {
  readonly id: string
  readonly caller: Caller
  readonly endpoint: Endpoint
  readonly client: ClientSelf
  readonly version: string
  /** Requests under way, by the client's ids. */
  readonly calls = new Map<RpcId, Stoppable>()
  lastUsed: Instant
  /** Where it hears what belongs to no request of its own. */
  #stream: Answer | undefined

  constructor(begun: Begun, now: Instant) {
    this.id = begun.id
    this.caller = begun.caller
    this.endpoint = begun.endpoint
    this.client = begun.client
    this.version = begun.version
    this.lastUsed = now
  }

  get isIdle(): boolean {
    return this.calls.size === 0 && this.#stream === undefined
  }

  /** A client has one such stream: the newest. */
  listen(answer: Answer): void {
    this.#stream?.end()
    this.#stream = answer
    answer.stream()
    answer.onceGone(() => {
      if (this.#stream === answer) this.#stream = undefined
    })
  }

  tell(method: string): void {
    this.#stream?.tell({ jsonrpc: '2.0', method })
  }

  /** Stops what goes on in it. */
  end(): void {
    for (const call of this.calls.values()) call.cancel()
    this.#stream?.end()
    this.#stream = undefined
  }
}
