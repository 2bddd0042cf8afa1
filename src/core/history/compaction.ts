import { type Clock, type Timestamp, timestamp } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import type { Store } from '../ports.ts'
import type { Journal } from '../watch/journal.ts'
import { followed, isBelieved, type Marks, marksAt } from './marks.ts'
import { mergeChecks, ROLL_UP_MS, type RollUp, totalOf } from './roll-up.ts'
import { mergeTallies, tally } from './span.ts'

type Deps = {
  readonly store: Pick<Store, 'rollUps' | 'saveRollUps' | 'spans' | 'setting'>
  readonly journal: Pick<Journal, 'write' | 'outage' | 'storedUntil'>
  /** In the order of the ids. */
  readonly servers: () => readonly ServerId[]
  readonly clock: Clock
}

type Coarse = 'hour' | 'day'

const SETTING = 'rolled_up'
/** So long after its end an hour or a day may still change: most servers are checked meanwhile, which tells how it ended. */
const GRACE_MS = 5 * 60_000
/** Servers of one step: some 1,500 rows. */
const AT_ONCE = 25
const FINER = { hour: 'minute', day: 'hour' } as const

/** Rolls minutes up into hours and hours into days, in small steps. A step done twice changes nothing. */
export class Compaction {
  readonly #deps: Deps
  #marks: Marks
  #after = 0

  constructor(deps: Deps) {
    this.#deps = deps
    this.#marks = marksAt(deps.clock.wall())
  }

  /** Goes on where an earlier run ended; the first one begins now. */
  async load(): Promise<void> {
    const kept = readMarks(await this.#deps.store.setting(SETTING))
    if (kept) this.#marks = kept
    else await this.#save(this.#marks)
  }

  get marks(): Marks {
    return this.#marks
  }

  /** Whether what is old at `now`, by the wall clock, may go: not for a day after that leapt. */
  believes(now: Timestamp): boolean {
    return isBelieved(followed(this.#marks, now), now)
  }

  /** One step; false when nothing is due. */
  async step(): Promise<boolean> {
    if (this.#deps.journal.outage) return false
    const now = this.#deps.clock.wall()
    const marks = followed(this.#marks, now)
    if (marks !== this.#marks) await this.#startFrom(marks)
    if (!isBelieved(marks, now)) return false
    return (await this.#stepOf('hour')) || (await this.#stepOf('day'))
  }

  async #stepOf(size: Coarse): Promise<boolean> {
    const { clock, servers, journal } = this.#deps
    const from = this.#marks[size]
    const until = timestamp(from + ROLL_UP_MS[size])
    if (journal.storedUntil < until || clock.wall() < until + GRACE_MS) return false
    if (size === 'day' && this.#marks.hour < until) return false
    const ids = servers()
      .filter((id) => id > this.#after)
      .slice(0, AT_ONCE)
    if (ids.length > 0) await this.#rollUp(size, from, until, ids)
    const last = ids.at(-1)
    this.#after = last ?? 0
    if (last === undefined) await this.#save({ ...this.#marks, [size]: until })
    return true
  }

  async #rollUp(size: Coarse, from: Timestamp, until: Timestamp, serverIds: readonly ServerId[]): Promise<void> {
    const { store } = this.#deps
    const finer = await store.rollUps({ serverIds, size: FINER[size], from, until })
    const spans = size === 'hour' ? await store.spans(serverIds, from) : undefined
    const made = serverIds.flatMap((serverId): RollUp[] => {
      const parts = finer.filter((part) => part.serverId === serverId)
      const { upMs, downMs } = spans
        ? tally(spans.get(serverId) ?? [], from, until)
        : mergeTallies(parts.map((part) => ({ ...part, unknownMs: 0 })))
      const checks = mergeChecks(parts)
      const isEmpty = upMs + downMs + totalOf(checks.counts) === 0
      return isEmpty ? [] : [{ serverId, size, from, upMs, downMs, ...checks }]
    })
    if (made.length > 0) await store.saveRollUps(made)
  }

  async #startFrom(marks: Marks): Promise<void> {
    this.#after = 0
    await this.#save(marks)
  }

  async #save(marks: Marks): Promise<void> {
    const { hour, day, leaptAt } = marks
    const value = { hour, day, ...(leaptAt === undefined ? {} : { leapt_at: leaptAt }) }
    await this.#deps.journal.write([{ type: 'setting_saved', key: SETTING, value }])
    this.#marks = marks
  }
}

function readMarks(stored: unknown): Marks | undefined {
  if (typeof stored !== 'object' || stored === null || !('hour' in stored) || !('day' in stored)) return undefined
  const { hour, day } = stored
  if (typeof hour !== 'number' || typeof day !== 'number') return undefined
  const leaptAt = 'leapt_at' in stored && typeof stored.leapt_at === 'number' ? timestamp(stored.leapt_at) : undefined
  return { hour: timestamp(hour), day: timestamp(day), leaptAt }
}
