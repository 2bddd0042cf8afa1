import type { Stage } from '../core/check.ts'
import type { UpstreamFault } from './channel.ts'
import { inconclusive } from './failures.ts'

/** Bytes that all of a kind may take together: answers that are on their way, or what clients send. */
export class ByteBudget {
  #free: number

  constructor(bytes = Number.POSITIVE_INFINITY) {
    this.#free = bytes
  }

  /** False when there are not so many; else they are to be given back. */
  take(bytes: number): boolean {
    if (bytes > this.#free) return false
    this.#free -= bytes
    return true
  }

  giveBack(bytes: number): void {
    this.#free += bytes
  }
}

/** What one reader holds of it. */
export class MemoryShare {
  readonly #memory: ByteBudget
  #bytes = 0

  constructor(memory: ByteBudget) {
    this.#memory = memory
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Holds so much from now on. @throws UpstreamFault 'inconclusive' when all answers together would be too much for us. */
  hold(bytes: number, stage: Stage): void {
    if (bytes > this.#bytes && !this.#memory.take(bytes - this.#bytes)) throw tooMuchAtOnce(stage)
    if (bytes < this.#bytes) this.#memory.giveBack(this.#bytes - bytes)
    this.#bytes = bytes
  }

  letGo(): void {
    this.#memory.giveBack(this.#bytes)
    this.#bytes = 0
  }
}

export const tooMuchAtOnce = (stage: Stage): UpstreamFault =>
  inconclusive(stage, 'too many large answers come at once', undefined, MORE_MEMORY)

const MORE_MEMORY = 'Give Omni2 more memory (NODE_OPTIONS=--max-old-space-size), or make the server answer in pages.'
