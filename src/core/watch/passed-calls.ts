import type { Clock } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import type { Fleet } from './fleet.ts'

type Deps = {
  readonly fleet: Pick<Fleet, 'find'>
  readonly clock: Clock
  /** Told of each server that has some, once a second at most. */
  readonly due: (id: ServerId) => void
}

const FOLD_MS = 1_000

/**
 * Calls that succeeded, counted for a second at most before the health of their server hears of them: all they can change
 * is the window of the failure-rate rule, which counts by two seconds, and there may be thousands of them a second.
 */
export class PassedCalls {
  readonly #deps: Deps
  readonly #counts = new Map<ServerId, { calls: number }>()
  #cancel: (() => void) | undefined
  #isStopped = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  add(id: ServerId): void {
    const count = this.#counts.get(id)
    if (count === undefined) this.#counts.set(id, { calls: 1 })
    else count.calls += 1
    if (!this.#isStopped) this.#cancel ??= this.#deps.clock.after(FOLD_MS, this.#fold)
  }

  /** How many there were since this was asked last. */
  take(id: ServerId): number {
    const count = this.#counts.get(id)
    const calls = count?.calls ?? 0
    if (count !== undefined) count.calls = 0
    return calls
  }

  forget(id: ServerId): void {
    this.#counts.delete(id)
  }

  /** What was counted since is dropped: nothing of it is ever stored. */
  stop(): void {
    this.#isStopped = true
    this.#cancel?.()
  }

  readonly #fold = (): void => {
    const { fleet, due } = this.#deps
    this.#cancel = undefined
    for (const [id, { calls }] of this.#counts) {
      // A call may end after its server was removed.
      if (!fleet.find(id)) this.#counts.delete(id)
      else if (calls > 0) due(id)
    }
  }
}
