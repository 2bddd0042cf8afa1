import { OUTCOMES, TRIGGERS } from '../check.ts'
import { type Timestamp, timestamp } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import type { CheckRow, StoredCheck } from '../ports.ts'

/** A check, or `count` that passed alike from `at` until `until`: all that is known of those is the mean of their times. */
export type RecentCheck = Pick<StoredCheck, 'at' | 'until' | 'count' | 'outcome' | 'trigger' | 'responseTimeMs'>

/** So many are known of each server. */
const KEPT = 40
/** An array costs more than what 40 checks need of it, so that servers share them. */
const SERVERS_PER_SLAB = 64

/** Outcome and trigger as one number: the place of both in this list. */
const KINDS = OUTCOMES.flatMap((outcome) => TRIGGERS.map((trigger) => ({ outcome, trigger })))

type Slab = { readonly at: Float64Array; readonly ms: Float32Array; readonly kind: Uint8Array }

/** Where in the slabs the checks of one server are. */
type Ring = {
  readonly slot: number
  /** When the first check of this process ended. */
  readonly since: Timestamp
  /** Checks of this process, those that were overwritten too. */
  made: number
}

/** The last checks of each server: those of this process one by one, in 13 bytes each, and before them what the log tells. */
export class RecentChecks {
  readonly #rings = new Map<ServerId, Ring>()
  readonly #slabs: Slab[] = []
  readonly #free: number[] = []
  #slots = 0
  /** From the log, the oldest first; dropped once a ring is full. */
  readonly #earlier = new Map<ServerId, readonly RecentCheck[]>()

  add({ serverId, at, outcome, trigger, responseTimeMs }: CheckRow): void {
    // Whole milliseconds, as the log has them.
    const ended = timestamp(Math.floor(at))
    const ring = this.#rings.get(serverId) ?? this.#open(serverId, ended)
    const { at: times, ms, kind } = this.#slabOf(ring)
    const index = placeOf(ring, ring.made)
    times[index] = ended
    ms[index] = responseTimeMs
    kind[index] = OUTCOMES.indexOf(outcome) * TRIGGERS.length + TRIGGERS.indexOf(trigger)
    ring.made += 1
    if (ring.made === KEPT) this.#earlier.delete(serverId)
  }

  /** How many rows of its log, the newest, tell what is not known yet of a server; 0 when all is. */
  rowsMissing(id: ServerId): number {
    const made = this.#rings.get(id)?.made ?? 0
    return made >= KEPT || this.#earlier.has(id) ? 0 : KEPT + made
  }

  /** Takes in rows of a server's log, the newest first. What this process saw itself is known better. */
  learn(id: ServerId, rows: readonly StoredCheck[]): void {
    if (this.rowsMissing(id) === 0) return
    const since = this.#rings.get(id)?.since ?? Number.POSITIVE_INFINITY
    const before = rows.filter(({ at }) => at < since).map(recentCheck)
    this.#earlier.set(id, before.reverse())
  }

  /** The oldest first. More than the last ones only where the oldest is a run that began before them. */
  of(id: ServerId): readonly RecentCheck[] {
    const ring = this.#rings.get(id)
    const own = ring ? this.#read(ring) : []
    const earlier = this.#earlier.get(id) ?? []
    let known = own.length
    let first = earlier.length
    while (first > 0 && known < KEPT) known += earlier[--first]?.count ?? 0
    return [...earlier.slice(first), ...own]
  }

  forget(id: ServerId): void {
    const ring = this.#rings.get(id)
    if (ring) this.#free.push(ring.slot)
    this.#rings.delete(id)
    this.#earlier.delete(id)
  }

  #open(id: ServerId, since: Timestamp): Ring {
    const ring: Ring = { slot: this.#free.pop() ?? this.#slots++, since, made: 0 }
    this.#rings.set(id, ring)
    return ring
  }

  #slabOf({ slot }: Ring): Slab {
    const number = Math.floor(slot / SERVERS_PER_SLAB)
    const known = this.#slabs[number]
    if (known) return known
    const length = SERVERS_PER_SLAB * KEPT
    const slab = { at: new Float64Array(length), ms: new Float32Array(length), kind: new Uint8Array(length) }
    this.#slabs[number] = slab
    return slab
  }

  #read(ring: Ring): readonly RecentCheck[] {
    const { at, ms, kind } = this.#slabOf(ring)
    const checks: RecentCheck[] = []
    for (let nth = Math.max(0, ring.made - KEPT); nth < ring.made; nth++) {
      const index = placeOf(ring, nth)
      const ended = timestamp(at[index] ?? Number.NaN)
      const known = KINDS[kind[index] ?? 0]
      if (known) checks.push({ ...known, at: ended, until: ended, count: 1, responseTimeMs: tenths(ms[index] ?? 0) })
    }
    return checks
  }
}

const placeOf = ({ slot }: Ring, nth: number): number => (slot % SERVERS_PER_SLAB) * KEPT + (nth % KEPT)

const recentCheck = ({ at, until, count, outcome, trigger, responseTimeMs }: StoredCheck): RecentCheck => ({
  at,
  until,
  count,
  outcome,
  trigger,
  responseTimeMs: tenths(responseTimeMs),
})

/** As precise as response times are measured. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10
