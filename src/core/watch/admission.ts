import type { Instant } from '../clock.ts'
import type { Member } from './fleet.ts'
import { RecentStarts } from './recent-starts.ts'

/** How much checking may go on at once, over the fleet and towards one origin (scheme, host, port; or one command). */
export const CAPS = { inFlight: 512, startsPerSecond: 250, perOrigin: 16 } as const

/** `suspect`: a failing or suspected server, which may use at most half of each cap so that hung ones delay nobody else. */
export type CheckClass = 'on_demand' | 'sound' | 'suspect'

/** A server in doubt shares half the caps with its like, so that hung ones never delay the others. */
export const classOf = ({ state }: Member): CheckClass =>
  state.health.kind === 'down' ||
  state.circuit.kind !== 'closed' ||
  (state.health.kind === 'up' && state.health.failures > 0)
    ? 'suspect'
    : 'sound'

/** It starts; its origin has no place; nobody of its class has one. */
export type Answer = 'start' | 'origin_full' | 'class_full'

type Use = { total: number; suspect: number }

/** Counts checks that run and lets new ones start within the caps. */
export class Admission {
  readonly #mostInFlight: number
  readonly #running: Use = { total: 0, suspect: 0 }
  readonly #origins = new Map<string, Use>()
  readonly #starts = new RecentStarts()
  readonly #suspectStarts = new RecentStarts()

  constructor(mostInFlight: number = CAPS.inFlight) {
    this.#mostInFlight = Math.min(mostInFlight, CAPS.inFlight)
  }

  /** Takes a place when the answer is 'start'; hand it back with `finished`. */
  tryStart(origin: string, kind: CheckClass, now: Instant): Answer {
    const isSuspect = kind === 'suspect'
    const use = this.#origins.get(origin) ?? { total: 0, suspect: 0 }
    if (this.#starts.countAt(now) >= CAPS.startsPerSecond || this.#running.total >= this.#mostInFlight)
      return 'class_full'
    if (isSuspect && this.#suspectStarts.countAt(now) >= CAPS.startsPerSecond / 2) return 'class_full'
    if (isSuspect && this.#running.suspect >= this.#mostInFlight / 2) return 'class_full'
    if (use.total >= CAPS.perOrigin || (isSuspect && use.suspect >= CAPS.perOrigin / 2)) return 'origin_full'
    this.#count(use, kind, 1)
    this.#count(this.#running, kind, 1)
    this.#origins.set(origin, use)
    this.#starts.add(now)
    if (isSuspect) this.#suspectStarts.add(now)
    return 'start'
  }

  /** What was let in last has started. */
  started(now: Instant): void {
    this.#starts.seen(now)
  }

  finished(origin: string, kind: CheckClass): void {
    const use = this.#origins.get(origin)
    if (!use) return
    this.#count(use, kind, -1)
    this.#count(this.#running, kind, -1)
    if (use.total === 0) this.#origins.delete(origin)
  }

  /** When a start refused for the starts of this second may be asked for again. */
  nextStartAt(now: Instant): Instant {
    return this.#starts.fewerAt(now)
  }

  get inFlight(): number {
    return this.#running.total
  }

  #count(use: Use, kind: CheckClass, by: number): void {
    use.total += by
    if (kind === 'suspect') use.suspect += by
  }
}
