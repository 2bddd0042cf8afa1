import type { Clock, Timestamp } from '../clock.ts'
import { AppError } from '../errors.ts'
import type { Feed } from '../feed.ts'
import type { HealthStatus } from '../health/state.ts'
import { derive } from '../health/status.ts'
import type { ServerId } from '../ids.ts'
import type { Monitor } from './monitor.ts'

/** `status` is undefined when the check could not be made. */
type JobResult = { readonly serverId: ServerId; readonly status: HealthStatus | undefined }

/** Many servers checked on demand. `results` holds those that are done, in the order they ended. */
export type CheckJob = {
  readonly id: string
  readonly total: number
  readonly results: readonly JobResult[]
  readonly startedAt: Timestamp
  readonly finishedAt: Timestamp | undefined
}

type Deps = {
  readonly monitor: Pick<Monitor, 'checkNow'>
  /** Told of every step a job makes. */
  readonly progress: Feed<CheckJob>
  readonly clock: Clock
  readonly newId: () => string
}

/** Finished jobs that can still be read. */
const KEPT = 50
/** At once: each step of each is counted and told. */
const MOST_RUNNING = 20

/** Checks many servers at once within the caps of the fleet, and remembers how far it is. */
export class CheckJobs {
  readonly #deps: Deps
  /** `results` grows in place: copying it at each step would cost its square. */
  readonly #jobs = new Map<string, CheckJob & { readonly results: JobResult[] }>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Starts at once and does not wait. @throws AppError 'rate_limited' while too many others run. */
  start(ids: readonly ServerId[]): CheckJob {
    if ([...this.#jobs.values()].filter((job) => !job.finishedAt).length >= MOST_RUNNING) {
      throw new AppError('rate_limited', `At most ${MOST_RUNNING} jobs at once`, { retryAfterMs: 5_000 })
    }
    const { monitor, clock, newId } = this.#deps
    const job = { id: newId(), total: ids.length, results: [], startedAt: clock.wall(), finishedAt: undefined }
    this.#forgetOld()
    this.#put(ids.length === 0 ? { ...job, finishedAt: clock.wall() } : job)
    for (const serverId of ids) {
      monitor.checkNow(serverId, 'manual', { urgent: false }).then(
        ({ member }) => this.#advance(job.id, serverId, derive(member.state)),
        () => this.#advance(job.id, serverId, undefined),
      )
    }
    return this.get(job.id)
  }

  /** @throws AppError 'not_found' */
  get(id: string): CheckJob {
    const job = this.#jobs.get(id)
    if (!job) throw new AppError('not_found', 'No such job; finished ones are kept for a while only')
    return job
  }

  #advance(id: string, serverId: ServerId, status: HealthStatus | undefined): void {
    const job = this.#jobs.get(id)
    if (!job) return
    job.results.push({ serverId, status })
    this.#put({ ...job, finishedAt: job.results.length === job.total ? this.#deps.clock.wall() : undefined })
  }

  #put(job: CheckJob & { readonly results: JobResult[] }): void {
    this.#jobs.set(job.id, job)
    this.#deps.progress.emit(job)
  }

  #forgetOld(): void {
    for (const [id, job] of this.#jobs) if (this.#jobs.size >= KEPT && job.finishedAt) this.#jobs.delete(id)
  }
}
