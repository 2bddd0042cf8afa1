import type { SettingsView } from '../../api/settings.ts'
import type { SettingsValues } from '../../core/watch/settings.ts'

export const settingsView = ({ retentionDays }: SettingsValues): SettingsView => ({ retention_days: retentionDays })
