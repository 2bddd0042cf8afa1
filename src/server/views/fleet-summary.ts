import type { FleetSummary } from '../../api/fleet-summary.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { DomainEvent } from '../../core/events.ts'
import type { HealthStatus } from '../../core/health/state.ts'
import { derive } from '../../core/health/status.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import { iso } from './time.ts'

type Known = {
  readonly fleet: Pick<Fleet, 'all' | 'version'>
  readonly openIncidents: number
  /** What was said last of a common cause, if ever. */
  readonly cause: DomainEvent | undefined
  readonly seq: number
  readonly now: Timestamp
}

export function fleetSummary({ fleet, openIncidents, cause, seq, now }: Known): FleetSummary {
  const statuses = {
    healthy: 0,
    unhealthy: 0,
    disconnected: 0,
    circuit_open: 0,
    disabled: 0,
    unknown: 0,
  } satisfies Record<HealthStatus, number>
  let total = 0
  for (const { state } of fleet.all()) {
    statuses[derive(state)] += 1
    total += 1
  }
  const isActive = cause?.type === 'mcp_common_cause' && cause.active
  return {
    total,
    statuses,
    open_incidents: openIncidents,
    common_cause: isActive ? { servers: [...cause.servers], suspected: cause.suspected } : null,
    seq,
    version: fleet.version,
    timestamp: iso(now),
  }
}
