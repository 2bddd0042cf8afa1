import type { Clock } from '../core/clock.ts'
import type { Compaction } from '../core/history/compaction.ts'
import { limitsOf, type Retention } from '../core/history/retention.ts'
import type { Store } from '../core/ports.ts'

type Deps = {
  readonly store: Pick<Store, 'prune'>
  readonly compaction: Pick<Compaction, 'step' | 'marks'>
  readonly retention: () => Retention
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

const PAUSE_MS = 10 * 60_000
/** Rows a step deletes at most, and the rest between steps, so that nothing else has to wait for it. */
const STEP = { rows: 1_000, pauseMs: 100 } as const

/** Rolls history up and removes what is older than its retention, in small steps, from now on. Returns the function that stops it. */
export function startUpkeep({ store, compaction, retention, clock, onError }: Deps): () => void {
  let cancel = () => {}
  let stopped = false
  const step = async () => {
    const goesOn = await work().catch((error) => {
      onError(error)
      return false
    })
    if (!stopped) cancel = clock.after(goesOn ? STEP.pauseMs : PAUSE_MS, step)
  }
  const work = async () =>
    (await compaction.step()) ||
    (await store.prune(limitsOf(retention(), compaction.marks, clock.wall()), STEP.rows)) > 0
  cancel = clock.after(PAUSE_MS, step)
  return () => {
    stopped = true
    cancel()
  }
}
