import type { Instant } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import { Admission, CAPS, type CheckClass } from './admission.ts'
import { WaitingLine } from './waiting-line.ts'

/** Who is served first when the caps are reached. */
const ORDER: readonly CheckClass[] = ['on_demand', 'sound', 'suspect']

/** A check that may start now; hand it back to `finished` when it ended. */
export type Ticket<T> = { readonly id: ServerId; readonly item: T; readonly origin: string; readonly kind: CheckClass }

/** Checks that are due and wait for a place: at most one per server, first come first served within a class. */
export class CheckQueue<T> {
  readonly #admission: Admission
  readonly #waiting: Readonly<Record<CheckClass, WaitingLine<T>>> = {
    on_demand: new WaitingLine(),
    sound: new WaitingLine(),
    suspect: new WaitingLine(),
  }

  /** Whether `take` answered with a check last. */
  #isStarting = false

  /** `mostInFlight`: fewer than `CAPS.inFlight` when we lack the means for so many. */
  constructor(mostInFlight: number = CAPS.inFlight) {
    this.#admission = new Admission(mostInFlight)
  }

  /** Replaces what waited for the same server. */
  add(id: ServerId, kind: CheckClass, origin: string, item: T): void {
    this.remove(id)
    this.#waiting[kind].add({ id, item, origin })
  }

  has(id: ServerId): boolean {
    return ORDER.some((kind) => this.#waiting[kind].has(id))
  }

  remove(id: ServerId): void {
    for (const kind of ORDER) this.#waiting[kind].remove(id)
  }

  /** The next check that may start, or undefined. Its place is taken, and it has started when the next one is asked for. */
  take(now: Instant): Ticket<T> | undefined {
    if (this.#isStarting) this.#admission.started(now)
    this.#isStarting = true
    for (const kind of ORDER) {
      const first = this.#waiting[kind].take((origin) => this.#admission.tryStart(origin, kind, now))
      if (first) return { ...first, kind }
    }
    this.#isStarting = false
    return undefined
  }

  finished({ origin, kind }: Ticket<T>): void {
    this.#admission.finished(origin, kind)
    for (const line of ORDER) this.#waiting[line].freed(origin)
  }

  /** When it is worth asking again for what waits; undefined when nothing does. A finished check is always worth it. */
  retryAt(now: Instant): Instant | undefined {
    return ORDER.some((kind) => this.#waiting[kind].size > 0) ? this.#admission.nextStartAt(now) : undefined
  }

  get inFlight(): number {
    return this.#admission.inFlight
  }
}
