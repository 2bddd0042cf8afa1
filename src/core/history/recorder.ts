import type { StageResult } from '../check.ts'
import type { Clock } from '../clock.ts'
import type { HealthEvent } from '../health/health-event.ts'
import type { ServerState } from '../health/state.ts'
import type { ServerId } from '../ids.ts'
import type { Change, CheckRow } from '../ports.ts'
import type { Member } from '../watch/fleet.ts'
import { availabilityOf } from './availability.ts'
import { CheckRuns } from './check-runs.ts'
import { Drift } from './drift.ts'
import { incidentChanges } from './incident-changes.ts'
import { RecentChecks } from './recent-checks.ts'
import type { Span } from './span.ts'
import { SpanBook } from './span-book.ts'

type Move = {
  readonly serverId: ServerId
  readonly before: ServerState
  readonly after: ServerState
  readonly event: HealthEvent
  readonly stages: readonly StageResult[]
}

/** Makes history of what happens: how long a server was up or down, its incidents, and runs of checks that pass alike. */
export class Recorder {
  readonly recentChecks = new RecentChecks()
  readonly #clock: Clock
  readonly #spans: SpanBook
  readonly #runs = new CheckRuns()
  readonly #drift: Drift

  constructor(clock: Clock) {
    this.#clock = clock
    this.#spans = new SpanBook(clock)
    this.#drift = new Drift(clock)
  }

  /** What has to be stored because a server moved. */
  moved(move: Move): Change[] {
    const known = this.#spans.observe(move.serverId, availabilityOf(move.before), availabilityOf(move.after))
    return [...known, ...incidentChanges({ ...move, at: this.#clock.wall() })]
  }

  /** What has to be stored because a check found what a server offers. */
  learned(before: Member, after: Member): Change[] {
    return this.#drift.learned(before, after)
  }

  /** How a check is logged: in the run it goes on with, or in a row of its own. `changesNothing`: no event tells of it. */
  logged(check: CheckRow, changesNothing: boolean): Change {
    this.recentChecks.add(check)
    return { type: 'check_logged', check, runFrom: this.#runs.place(check, changesNothing) }
  }

  /** What a server is now and since when, as far as this process saw it. */
  current(id: ServerId): Span | undefined {
    return this.#spans.current(id)
  }

  forget(id: ServerId): void {
    this.#spans.forget(id)
    this.#runs.forget(id)
    this.#drift.forget(id)
    this.recentChecks.forget(id)
  }
}
