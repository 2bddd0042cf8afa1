import type { ServerId } from '../ids.ts'
import type { Answer } from './admission.ts'

/** `origin`: what servers share that run on one machine. */
export type Waiting<T> = { readonly id: ServerId; readonly item: T; readonly origin: string }

/** `order`: who came before whom. */
type Placed<T> = Waiting<T> & { readonly order: number }

/**
 * Servers that wait for a place, first come first served. Those whose origin has none stand aside until one of it is
 * free, so that thousands of them cost nothing each time the others are asked.
 */
export class WaitingLine<T> {
  readonly #ready = new Map<ServerId, Placed<T>>()
  /** All of one origin stand aside once the first does, in the order they came. */
  readonly #aside = new Map<string, Map<ServerId, Placed<T>>>()
  readonly #asideBy = new Map<ServerId, string>()
  /** Origins in which a place became free. */
  readonly #freed = new Set<string>()
  #lastOrder = 0

  get size(): number {
    return this.#ready.size + this.#asideBy.size
  }

  has(id: ServerId): boolean {
    return this.#ready.has(id) || this.#asideBy.has(id)
  }

  add(waiting: Waiting<T>): void {
    this.#ready.set(waiting.id, { ...waiting, order: ++this.#lastOrder })
  }

  remove(id: ServerId): void {
    this.#ready.delete(id)
    const origin = this.#asideBy.get(id)
    if (origin === undefined) return
    const others = this.#aside.get(origin)
    others?.delete(id)
    if (others?.size === 0) this.#aside.delete(origin)
    this.#asideBy.delete(id)
  }

  /** A check towards `origin` ended. */
  freed(origin: string): void {
    if (this.#aside.has(origin)) this.#freed.add(origin)
  }

  /** The first that may start, which waits no longer. */
  take(mayStart: (origin: string) => Answer): Waiting<T> | undefined {
    // Who stands aside came before all who do not.
    for (let first = this.#firstFreed(); first; first = this.#firstFreed()) {
      const answer = mayStart(first.origin)
      if (answer === 'class_full') return undefined
      if (answer === 'start') return this.#taken(first)
      this.#freed.delete(first.origin)
    }
    for (const waiting of this.#ready.values()) {
      const answer = this.#aside.has(waiting.origin) ? 'origin_full' : mayStart(waiting.origin)
      if (answer === 'class_full') return undefined
      if (answer === 'start') return this.#taken(waiting)
      this.#standAside(waiting)
    }
    return undefined
  }

  #firstFreed(): Placed<T> | undefined {
    let earliest: Placed<T> | undefined
    for (const origin of this.#freed) {
      const [first] = this.#aside.get(origin)?.values() ?? []
      if (!first) this.#freed.delete(origin)
      else if (!earliest || first.order < earliest.order) earliest = first
    }
    return earliest
  }

  #taken(waiting: Waiting<T>): Waiting<T> {
    this.remove(waiting.id)
    return waiting
  }

  #standAside(waiting: Placed<T>): void {
    const { id, origin } = waiting
    this.#ready.delete(id)
    this.#asideBy.set(id, origin)
    const others = this.#aside.get(origin)
    if (others) others.set(id, waiting)
    else this.#aside.set(origin, new Map([[id, waiting]]))
  }
}
