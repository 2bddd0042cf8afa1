import type { Clock } from '../../core/clock.ts'
import type { Store } from '../../core/ports.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import type { Metrics } from '../metrics.ts'
import { readiness } from '../ready.ts'

type Deps = {
  readonly store: Pick<Store, 'ping'>
  readonly clock: Clock
  readonly started: () => boolean
  readonly storing: () => boolean
  readonly metrics: Pick<Metrics, 'text'>
}

/** Omni2's own process: alive, ready, and in numbers. */
export function ownHealthHandlers({ store, clock, started, storing, metrics }: Deps) {
  return {
    async getLive() {
      return { status: 'ok' as const }
    },
    async getReady({ answer }) {
      const ready = await readiness({ store, clock, started, storing })
      if (ready.status !== 'ok') {
        answer.status(503)
        answer.header('retry-after', '5')
      }
      return ready
    },
    async getMetrics() {
      return metrics.text()
    },
  } satisfies HandlersOf<'getLive' | 'getReady' | 'getMetrics'>
}
