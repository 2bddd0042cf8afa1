import type { FleetFilter } from '../../core/watch/fleet.ts'

type Wanted = {
  readonly status?: FleetFilter['status']
  readonly q?: string | undefined
  readonly enabled_only?: boolean | undefined
}

/** Which servers a list or a job is about; what is not asked for does not filter. */
export const fleetFilter = ({ status, q, enabled_only }: Wanted): FleetFilter => ({
  ...(status ? { status } : {}),
  ...(q ? { q } : {}),
  ...(enabled_only ? { enabledOnly: true } : {}),
})
