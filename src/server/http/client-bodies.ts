import type { ServerResponse } from 'node:http'
import { AppError } from '../../core/errors.ts'
import { ByteBudget } from '../../mcp/byte-budget.ts'

/** What smaller ones take is bounded by the number of connections. */
const SMALL_BYTES = 64 * 1024

/** Bytes of what clients sent, from when they come until they are answered, so that all together are not too many. */
export class ClientBodies {
  readonly #memory: ByteBudget
  readonly #held = new Map<ServerResponse, number>()

  constructor(bytes?: number) {
    this.#memory = new ByteBudget(bytes)
  }

  /** From now on the request that `response` is for has so many. @throws AppError 'unavailable' when there is no room. */
  hold(response: ServerResponse, bytes: number): void {
    if (bytes <= SMALL_BYTES) return
    const held = this.#held.get(response) ?? 0
    if (!this.#memory.take(bytes - held)) throw new AppError('unavailable', 'Too many large requests come at once')
    if (held === 0) response.once('close', () => this.#letGo(response))
    this.#held.set(response, bytes)
  }

  #letGo(response: ServerResponse): void {
    this.#memory.giveBack(this.#held.get(response) ?? 0)
    this.#held.delete(response)
  }
}
