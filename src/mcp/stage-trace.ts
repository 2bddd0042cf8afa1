import type { Stage, StageResult } from '../core/check.ts'
import type { Clock } from '../core/clock.ts'
import { type Trace, UpstreamFault } from './channel.ts'

/** The stages of one check, each once, in the order they first ended, without the time of the stages within them. */
export class StageTrace implements Trace {
  readonly #clock: Clock
  readonly #results: StageResult[] = []
  /** Where the check is. */
  #stage: Stage
  /** The innermost stage that is timed here. */
  #timed: Stage
  /** Time already given to a stage. */
  #countedMs = 0

  /** `first` is where the check is before anything was timed. */
  constructor(clock: Clock, first: Stage) {
    this.#clock = clock
    this.#stage = this.#timed = first
  }

  get stage(): Stage {
    return this.#stage
  }

  get results(): readonly StageResult[] {
    return this.#results
  }

  async time<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const outer = this.#timed
    const startedAt = this.#clock.now()
    const countedBefore = this.#countedMs
    const ownMs = () => this.#clock.now() - startedAt - (this.#countedMs - countedBefore)
    this.#stage = this.#timed = stage
    try {
      const value = await work()
      this.add(stage, true, ownMs())
      this.#stage = outer
      return value
    } catch (error) {
      this.#fail(error instanceof UpstreamFault ? error.failure.stage : stage, ownMs())
      throw error
    } finally {
      this.#timed = outer
    }
  }

  enter(stage: Stage): void {
    this.#stage = stage
  }

  /** A stage that is gone through again (SSE needs two connections) stays one; a failure is always the last. */
  add(stage: Stage, ok: boolean, ms: number): void {
    const at = this.#results.findIndex((result) => result.stage === stage)
    const earlierMs = this.#results[at]?.ms ?? 0
    const result = { stage, ok, ms: Math.round((earlierMs + ms) * 10) / 10 }
    if (at !== -1) this.#results.splice(at, 1)
    this.#results.splice(ok && at !== -1 ? at : this.#results.length, 0, result)
    this.#countedMs += ms
    if (ok) this.#stage = this.#timed
  }

  /** A failure is recorded once, by who saw it first. */
  #fail(stage: Stage, ms: number): void {
    if (this.#results.at(-1)?.ok !== false) this.add(stage, false, ms)
  }
}
