import type { ServerState } from '../health/state.ts'

/** What a moment counts as. `unknown` counts neither way: disabled, not checked, or waiting for credentials. */
export type Availability = 'up' | 'down' | 'unknown'

/** As users feel it: an open circuit refuses their calls, so it is down. What a restart brought back is not known yet. */
export function availabilityOf({ admin, circuit, health, stale }: ServerState): Availability {
  if (admin.kind === 'inactive' || stale) return 'unknown'
  if (health.kind === 'down' && health.authRequired) return 'unknown'
  return circuit.kind === 'closed' ? health.kind : 'down'
}
