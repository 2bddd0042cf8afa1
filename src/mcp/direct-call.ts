import type { JsonObject } from '../core/capabilities.ts'
import type { Identity } from '../core/check.ts'
import { type AnswerSource, type Reply, type RpcId, type ToolCaller, UpstreamFault } from './channel.ts'
import { type Conceal, concealObject, concealReply } from './conceal.ts'
import { HEADER_MISMATCH } from './http/header-values.ts'
import type { RelayedReply } from './relay-request.ts'

/** A client's call of a tool, as whoever carries it to the server sees it. */
export interface PassedCall extends Omit<ToolCaller, 'replied'> {
  replied(reply: RelayedReply): void
  /** It was refused unseen, for want of a session or of headers: `Connection.relay` sees to both, and sends it again. */
  takeLongWay(): void
}

/** What the connection has to do with it. */
type Ends = { readonly ended: () => void; readonly faultOf: (error: unknown) => UpstreamFault }

/** One call of a tool through one connection, on the short way. */
export class DirectCall implements ToolCaller {
  readonly #call: PassedCall
  /** Absent when the server has no credentials to hide. */
  readonly #conceal: Conceal | undefined
  readonly #ends: Ends
  /** As whom the server answers. */
  identity: Identity | undefined

  constructor(call: PassedCall, conceal: Conceal | undefined, ends: Ends) {
    this.#call = call
    this.#conceal = conceal
    this.#ends = ends
  }

  get progressToken(): RpcId | undefined {
    return this.#call.progressToken
  }

  notified(method: string, params: JsonObject): void {
    this.#call.notified(method, this.#shown(params))
  }

  keepPace(source: AnswerSource): void {
    this.#call.keepPace?.(source)
  }

  asked(id: RpcId, method: string, params: JsonObject): boolean {
    return this.#call.asked(id, method, this.#shown(params))
  }

  begun(stop: (reason: Error) => void): void {
    this.#call.begun(stop)
  }

  replied(reply: Reply): void {
    this.#ends.ended()
    const { identity } = this
    if ('error' in reply && reply.error.code === HEADER_MISMATCH && identity?.era === 'modern') this.#call.takeLongWay()
    else this.#call.replied({ reply: this.#conceal ? concealReply(reply, this.#conceal) : reply, identity })
  }

  failed(error: unknown): void {
    this.#ends.ended()
    if (error instanceof UpstreamFault && error.sessionLost) this.#call.takeLongWay()
    else this.#call.failed(this.#fault(error))
  }

  /** A bug stays what it is. */
  #fault(error: unknown): unknown {
    try {
      return this.#ends.faultOf(error)
    } catch (bug) {
      return bug
    }
  }

  #shown(params: JsonObject): JsonObject {
    return this.#conceal ? concealObject(params, this.#conceal) : params
  }
}
