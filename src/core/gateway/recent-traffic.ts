import type { Clock } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import { isError, type StoredCall } from './call-history.ts'

type Slot = { readonly number: number; calls: number; errors: number; cancelled: number }

/** Of the last five minutes. */
export type Recent = { readonly calls: number; readonly errors: number; readonly cancelled: number }

export const TRAFFIC_WINDOW_MS = 300_000
const SLOTS = 10
const SLOT_MS = TRAFFIC_WINDOW_MS / SLOTS

/** What agents asked of each server lately, counted in memory. */
export class RecentTraffic {
  readonly #clock: Clock
  readonly #slots = new Map<ServerId, Slot[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  count(calls: readonly StoredCall[]): void {
    const number = this.#slotNumber()
    for (const { serverId, outcome } of calls) {
      const slot = this.#slotOf(serverId, number)
      slot.calls += 1
      if (isError(outcome)) slot.errors += 1
      if (outcome === 'cancelled') slot.cancelled += 1
    }
  }

  /** Undefined when nothing was asked. */
  of(id: ServerId): Recent | undefined {
    const from = this.#slotNumber() - SLOTS
    const recent = this.#slots.get(id)?.filter(({ number }) => number > from) ?? []
    if (recent.length === 0) {
      this.#slots.delete(id)
      return undefined
    }
    const sum = (key: 'calls' | 'errors' | 'cancelled') => recent.reduce((all, slot) => all + slot[key], 0)
    return { calls: sum('calls'), errors: sum('errors'), cancelled: sum('cancelled') }
  }

  #slotOf(id: ServerId, number: number): Slot {
    const slots = this.#slots.get(id) ?? []
    this.#slots.set(id, slots)
    const last = slots.at(-1)
    if (last?.number === number) return last
    const slot = { number, calls: 0, errors: 0, cancelled: 0 }
    slots.push(slot)
    if (slots.length > SLOTS) slots.shift()
    return slot
  }

  #slotNumber(): number {
    return Math.floor(this.#clock.now() / SLOT_MS)
  }
}
