import type { ReadyAnswer } from '../api/own-health.ts'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../core/ports.ts'

type Deps = {
  readonly store: Pick<Store, 'ping'>
  readonly clock: Clock
  /** Whether the start is over: servers loaded, checks running. */
  readonly started: () => boolean
  /** Whether the last change could be stored: a database that is held or full may still answer. */
  readonly storing: () => boolean
}

const PING_MS = 2_000

/** Whether Omni2 can do its work: it has started, its database answers within 2 s and takes what is to be stored. Tells nothing else to a stranger. */
export async function readiness({ store, clock, started, storing }: Deps): Promise<ReadyAnswer> {
  const checks = [
    { name: 'started', ok: started() },
    { name: 'store', ok: storing() && (await answers(store, clock)) },
  ]
  return { status: checks.every((check) => check.ok) ? 'ok' : 'not_ready', checks }
}

function answers(store: Deps['store'], clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = clock.after(PING_MS, () => resolve(false))
    const end = (ok: boolean) => {
      stop()
      resolve(ok)
    }
    store.ping().then(
      () => end(true),
      () => end(false),
    )
  })
}
