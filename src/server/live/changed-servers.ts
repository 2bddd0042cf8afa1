import type { Clock } from '../../core/clock.ts'
import type { ServerId } from '../../core/ids.ts'

const PAUSE_MS = 100
/** Told at once; in a storm the rest waits for the next turn, so that no reader is overrun. */
const MAX_TOLD = 200

/** Gathers the servers that changed and hands them on, each once and in the order in which they changed, every 100 ms. */
export class ChangedServers {
  readonly #clock: Clock
  readonly #tell: (ids: readonly ServerId[]) => void
  readonly #changed = new Set<ServerId>()
  #cancel: (() => void) | undefined

  constructor(clock: Clock, tell: (ids: readonly ServerId[]) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  add(id: ServerId): void {
    this.#changed.add(id)
    this.#cancel ??= this.#clock.after(PAUSE_MS, () => this.#turn())
  }

  close(): void {
    this.#cancel?.()
    this.#changed.clear()
  }

  #turn(): void {
    this.#cancel = undefined
    const [...ids] = this.#changed.values().take(MAX_TOLD)
    for (const id of ids) this.#changed.delete(id)
    this.#tell(ids)
    const [rest] = this.#changed
    if (rest !== undefined) this.add(rest)
  }
}
