import { type Clock, timestamp } from '../core/clock.ts'
import type { Store } from '../core/ports.ts'

type Deps = {
  readonly store: Pick<Store, 'prune'>
  readonly retentionDays: () => number
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

const PAUSE_MS = 10 * 60_000
/** Rows a step deletes at most, and the rest between steps, so that nothing else has to wait for it. */
const STEP = { rows: 1_000, pauseMs: 100 } as const
const DAY_MS = 24 * 3_600_000

/** Removes logs and events older than the retention, in small steps, from now on. Returns the function that stops it. */
export function startUpkeep({ store, retentionDays, clock, onError }: Deps): () => void {
  let cancel = () => {}
  const step = async () => {
    const before = timestamp(clock.wall() - retentionDays() * DAY_MS)
    const removed = await store.prune(before, STEP.rows).catch((error) => {
      onError(error)
      return 0
    })
    cancel = clock.after(removed > 0 ? STEP.pauseMs : PAUSE_MS, step)
  }
  cancel = clock.after(PAUSE_MS, step)
  return () => cancel()
}
