import type { Stage } from '../core/check.ts'
import type { Clock } from '../core/clock.ts'
import type { UpstreamFault } from './channel.ts'
import { cancelled, faultOf } from './failures.ts'

type Deps = {
  readonly clock: Clock
  readonly ms: number
  /** The caller's. */
  readonly outer: AbortSignal
  readonly where: string
  /** Where the work is at the moment. */
  readonly stage: () => Stage
}

/** Ends a check or call when its time is up or its caller leaves; `signal` aborts with the fault that says which. */
export class Deadline {
  readonly #deps: Deps
  readonly #controller = new AbortController()
  readonly #stopTimer: () => void

  constructor(deps: Deps) {
    this.#deps = deps
    const { clock, ms, outer } = deps
    this.#stopTimer = clock.after(ms, this.#onTimeout)
    outer.addEventListener('abort', this.#onAbort)
    if (outer.aborted) this.#onAbort()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  end(): void {
    this.#stopTimer()
    this.#deps.outer.removeEventListener('abort', this.#onAbort)
  }

  readonly #onTimeout = (): void => {
    const { ms, where, stage } = this.#deps
    this.#abort(faultOf('timeout', { stage: stage(), where, detail: `within ${ms / 1_000} s` }))
  }

  readonly #onAbort = (): void => this.#abort(cancelled(this.#deps.stage()))

  #abort(fault: UpstreamFault): void {
    if (!this.signal.aborted) this.#controller.abort(fault)
  }
}
