import type { SettingsView } from '../../api/settings.ts'
import type { SettingField } from '../ui/breaker-fields.ts'

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
} as const satisfies Record<keyof SettingsView, SettingField>
