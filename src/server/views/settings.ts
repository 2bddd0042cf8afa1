import type { SettingsInput, SettingsView } from '../../api/settings.ts'
import type { CommonSettings } from '../../core/watch/settings.ts'

export const settingsView = ({ retention, gateway }: CommonSettings): SettingsView => ({
  retention_days: retention.days,
  health_log_days: retention.healthLogDays ?? null,
  event_days: retention.eventDays ?? null,
  incident_days: retention.incidentDays,
  call_days: retention.callDays,
  call_payload_days: retention.payloadDays,
  gateway_hide_down_servers: gateway.hidesDown,
  gateway_name_limit: gateway.nameLimit,
  gateway_calls_per_minute: gateway.callsPerMinute ?? null,
})

/** `settings` with what an input names. */
export const changedSettings = ({ retention, gateway }: CommonSettings, input: SettingsInput): CommonSettings => ({
  retention: {
    days: input.retention_days ?? retention.days,
    healthLogDays: input.health_log_days === undefined ? retention.healthLogDays : (input.health_log_days ?? undefined),
    eventDays: input.event_days === undefined ? retention.eventDays : (input.event_days ?? undefined),
    incidentDays: input.incident_days ?? retention.incidentDays,
    callDays: input.call_days ?? retention.callDays,
    payloadDays: input.call_payload_days ?? retention.payloadDays,
  },
  gateway: {
    hidesDown: input.gateway_hide_down_servers ?? gateway.hidesDown,
    nameLimit: input.gateway_name_limit ?? gateway.nameLimit,
    callsPerMinute:
      input.gateway_calls_per_minute === undefined
        ? gateway.callsPerMinute
        : (input.gateway_calls_per_minute ?? undefined),
  },
})
