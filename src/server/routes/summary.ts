import type { Clock } from '../../core/clock.ts'
import type { Store } from '../../core/ports.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { Journal } from '../../core/watch/journal.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { fleetSummary } from '../views/fleet-summary.ts'

type Deps = {
  readonly fleet: Fleet
  readonly store: Pick<Store, 'incidents' | 'events'>
  readonly journal: Pick<Journal, 'lastSeq'>
  readonly clock: Clock
}

/** All servers in a few numbers. */
export function summaryHandlers({ fleet, store, journal, clock }: Deps) {
  return {
    async getFleetSummary() {
      const [open, [told]] = await Promise.all([
        store.incidents({ open: true, limit: fleet.size }),
        store.events({ sinceSeq: 0, order: 'newest', types: ['mcp_common_cause'], limit: 1 }),
      ])
      const openIncidents = open.length
      return fleetSummary({ fleet, openIncidents, cause: told?.event, seq: journal.lastSeq, now: clock.wall() })
    },
  } satisfies HandlersOf<'getFleetSummary'>
}
