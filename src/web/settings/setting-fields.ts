import type { SettingsView } from '../../api/settings.ts'
import type { SettingField } from '../ui/breaker-fields.ts'

type Fields = Partial<Record<keyof SettingsView, SettingField>>

export const RETENTION_FIELDS = {
  retention_days: { label: 'History', about: 'How long health logs and events are kept.', unit: 'days' },
  health_log_days: {
    label: 'Health logs',
    about: 'Kept for a time of their own, when set.',
    unit: 'days',
    unset: 'as long as history',
  },
  event_days: {
    label: 'Events',
    about: 'Kept for a time of their own, when set.',
    unit: 'days',
    unset: 'as long as history',
  },
  incident_days: { label: 'Incidents', about: 'How long outages are kept once they ended.', unit: 'days' },
  call_days: { label: 'Calls', about: 'How long calls of agents are kept; at most the last million.', unit: 'days' },
  call_payload_days: {
    label: 'What calls said',
    about: 'How long arguments and results are kept, of servers that have it switched on.',
    unit: 'days',
  },
} as const satisfies Fields

export const GATEWAY_FIELDS = {
  gateway_hide_down_servers: {
    label: 'Hide what is down',
    about:
      'Leaves the tools of servers that are down out of lists, which then change once a minute at most. Off: a call says why.',
  },
  gateway_name_limit: {
    label: 'Longest name',
    about: 'Of a tool with its server, from 64 to 128; longer ones end in a hash. Many clients refuse more than 64.',
    unit: 'characters',
  },
  gateway_calls_per_minute: {
    label: 'Calls of one token',
    about: 'How many an agent may make a minute; more are refused until there is room again (HTTP 429).',
    unit: 'calls a minute',
    unset: 'as many as it likes',
  },
} as const satisfies Fields
