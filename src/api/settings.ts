import { z } from 'zod'

const fields = {
  /** How long health logs and events are kept. */
  retention_days: z.int().min(1).max(3_650),
}

export const SettingsView = z.object(fields).meta({ id: 'Settings' })
export type SettingsView = z.infer<typeof SettingsView>

/** Fields left out keep their value. */
export const SettingsInput = z.strictObject(fields).partial()
export type SettingsInput = z.infer<typeof SettingsInput>
