import type { SettingsInput, SettingsView } from '../../api/settings.ts'
import type { Retention } from '../../core/history/retention.ts'
import type { SettingsValues } from '../../core/watch/settings.ts'

export const settingsView = ({ retention }: SettingsValues): SettingsView => ({
  retention_days: retention.days,
  health_log_days: retention.healthLogDays ?? null,
  event_days: retention.eventDays ?? null,
  incident_days: retention.incidentDays,
  call_days: retention.callDays,
})

/** `retention` with what an input names. */
export const changedRetention = (retention: Retention, input: SettingsInput): Retention => ({
  days: input.retention_days ?? retention.days,
  healthLogDays: input.health_log_days === undefined ? retention.healthLogDays : (input.health_log_days ?? undefined),
  eventDays: input.event_days === undefined ? retention.eventDays : (input.event_days ?? undefined),
  incidentDays: input.incident_days ?? retention.incidentDays,
  callDays: input.call_days ?? retention.callDays,
})
