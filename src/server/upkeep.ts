import type { Clock } from '../core/clock.ts'
import type { Compaction } from '../core/history/compaction.ts'
import { limitsOf, type Retention } from '../core/history/retention.ts'
import type { Store } from '../core/ports.ts'

type Deps = {
  readonly store: Pick<Store, 'prune'>
  readonly compaction: Pick<Compaction, 'step' | 'marks' | 'believes'>
  readonly retention: () => Retention
  readonly clock: Clock
  readonly log: { warn(message: string): void }
  readonly onError: (error: unknown) => void
}

const PAUSE_MS = 10 * 60_000
/** Rows a step deletes at most, and the rest between steps, so that nothing else has to wait for it. */
const STEP = { rows: 1_000, pauseMs: 100 } as const

/** Rolls history up and removes what is older than its retention, in small steps, from now on. Returns the function that stops it. */
export function startUpkeep({ store, compaction, retention, clock, log, onError }: Deps): () => void {
  let cancel = () => {}
  let stopped = false
  const step = async () => {
    const goesOn = await work().catch((error) => {
      onError(error)
      return false
    })
    if (!stopped) cancel = clock.after(goesOn ? STEP.pauseMs : PAUSE_MS, step)
  }
  const work = async () => {
    if (await compaction.step()) return true
    const now = clock.wall()
    if (compaction.believes(now))
      return (await store.prune(limitsOf(retention(), compaction.marks, now), STEP.rows)) > 0
    log.warn('the wall clock leapt: no history is removed until it has gone on for a day')
    return false
  }
  cancel = clock.after(PAUSE_MS, step)
  return () => {
    stopped = true
    cancel()
  }
}
