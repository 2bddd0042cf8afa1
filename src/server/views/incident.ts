import type { IncidentView } from '../../api/incidents.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { Incident } from '../../core/history/incident.ts'
import { iso } from './time.ts'

export const incidentView = (incident: Incident, serverName: string, now: Timestamp): IncidentView => {
  const { id, serverId, startedAt, cause, worst, cycles, ended } = incident
  return {
    id,
    server_id: serverId,
    server_name: serverName,
    started_at: iso(startedAt),
    ended_at: ended ? iso(ended.at) : null,
    duration_seconds: Math.max(0, (ended?.at ?? now) - startedAt) / 1_000,
    cause: {
      code: cause.code,
      stage: cause.stage ?? null,
      message: cause.message,
      next_action: cause.nextAction,
      stages: cause.stages.map(({ stage, ok, ms }) => ({ stage, ok, ms })),
    },
    worst_status: worst,
    circuit_cycles: cycles,
    ended_by: ended?.by ?? null,
  }
}
