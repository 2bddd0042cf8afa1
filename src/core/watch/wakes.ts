import type { Instant } from '../clock.ts'
import type { ServerId } from '../ids.ts'

type Entry = { readonly at: Instant; readonly id: ServerId }

/** When each server wants attention next: a binary heap, in which replaced entries stay until they surface. */
export class Wakes {
  readonly #current = new Map<ServerId, Instant>()
  #heap: Entry[] = []

  /** Replaces what was set for `id`; `undefined` forgets it. */
  set(id: ServerId, at: Instant | undefined): void {
    if (at === undefined) {
      this.#current.delete(id)
      return
    }
    if (this.#current.get(id) === at) return
    this.#current.set(id, at)
    if (this.#heap.length > 64 + 4 * this.#current.size) this.#rebuild()
    else this.#push({ at, id })
  }

  /** The earliest moment anything is due. */
  earliest(): Instant | undefined {
    for (;;) {
      const top = this.#heap[0]
      if (!top || this.#current.get(top.id) === top.at) return top?.at
      this.#pop()
    }
  }

  /** Takes out everything due at `now`, earliest first. Each must be set again to be seen again. */
  takeDue(now: Instant): ServerId[] {
    const due: ServerId[] = []
    for (let at = this.earliest(); at !== undefined && at <= now; at = this.earliest()) {
      const top = this.#pop()
      if (!top) break
      this.#current.delete(top.id)
      due.push(top.id)
    }
    return due
  }

  #rebuild(): void {
    this.#heap = []
    for (const [id, at] of this.#current) this.#push({ at, id })
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let child = heap.push(entry) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      const above = heap[parent]
      if (!above || above.at <= entry.at) break
      heap[child] = above
      child = parent
    }
    heap[child] = entry
  }

  #pop(): Entry | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return top
    let parent = 0
    for (;;) {
      let child = 2 * parent + 1
      let smallest = heap[child]
      if (!smallest) break
      const right = heap[child + 1]
      if (right && right.at < smallest.at) {
        smallest = right
        child++
      }
      if (smallest.at >= last.at) break
      heap[parent] = smallest
      parent = child
    }
    heap[parent] = last
    return top
  }
}
