import type { Clock } from '../../core/clock.ts'
import type { CheckNotice } from '../../core/events.ts'
import type { ServerId } from '../../core/ids.ts'

const PAUSE_MS = 1_000

/** Lets one notice a second through per server: the first at once, and the last of the others when the second is over. */
export class NoticeThrottle {
  readonly #clock: Clock
  readonly #pass: (notice: CheckNotice) => void
  readonly #recent = new Map<ServerId, { held: CheckNotice | undefined }>()
  readonly #cancels = new Map<ServerId, () => void>()

  constructor(clock: Clock, pass: (notice: CheckNotice) => void) {
    this.#clock = clock
    this.#pass = pass
  }

  offer(notice: CheckNotice): void {
    const recent = this.#recent.get(notice.serverId)
    if (recent) recent.held = notice
    else this.#let(notice)
  }

  close(): void {
    for (const cancel of this.#cancels.values()) cancel()
    this.#cancels.clear()
    this.#recent.clear()
  }

  #let(notice: CheckNotice): void {
    const { serverId } = notice
    this.#recent.set(serverId, { held: undefined })
    this.#cancels.set(
      serverId,
      this.#clock.after(PAUSE_MS, () => {
        const held = this.#recent.get(serverId)?.held
        this.#recent.delete(serverId)
        this.#cancels.delete(serverId)
        if (held) this.#let(held)
      }),
    )
    this.#pass(notice)
  }
}
