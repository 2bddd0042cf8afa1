import { isAlive } from '../check.ts'
import type { Timestamp } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import type { CheckRow } from '../ports.ts'
import { ROLL_UP_MS } from './roll-up.ts'

type Run = Pick<CheckRow, 'outcome' | 'status' | 'toolCount'> & { readonly from: Timestamp; readonly until: Timestamp }

/**
 * Finds what needs no row of its own: scheduled checks that pass like the one before and change nothing. Such a run is
 * one row, for an hour of the clock at most, so that a log still reads as one.
 */
export class CheckRuns {
  readonly #open = new Map<ServerId, Run>()

  /** When the run began that this check is a part of; undefined for one that stands alone and ends the run before it. */
  place(check: CheckRow, changesNothing: boolean): Timestamp | undefined {
    const { serverId, at, trigger, outcome, status, toolCount } = check
    if (trigger !== 'scheduled' || status !== 'healthy' || !isAlive(outcome) || !changesNothing) {
      this.#open.delete(serverId)
      return undefined
    }
    const run = this.#open.get(serverId)
    const goesOn = run && isLike(run, check)
    const from = goesOn ? run.from : at
    const tools = toolCount ?? (goesOn ? run.toolCount : undefined)
    this.#open.set(serverId, { outcome, status, toolCount: tools, from, until: at })
    return from
  }

  forget(id: ServerId): void {
    this.#open.delete(id)
  }
}

const isLike = (run: Run, { at, outcome, toolCount }: CheckRow): boolean =>
  run.outcome === outcome &&
  (toolCount === undefined || run.toolCount === undefined || toolCount === run.toolCount) &&
  at >= run.until &&
  Math.floor(at / ROLL_UP_MS.hour) === Math.floor(run.from / ROLL_UP_MS.hour)
