import { z } from 'zod'
import { NAME_LIMITS } from '../core/gateway/gateway-settings.ts'

const Days = z.int().min(1).max(3_650)

const fields = {
  /** How long health logs and events are kept. */
  retention_days: Days,
  /** How long health logs are kept; null: `retention_days`. */
  health_log_days: Days.nullable(),
  /** How long events are kept; null: `retention_days`. */
  event_days: Days.nullable(),
  /** How long incidents are kept once they ended. */
  incident_days: Days,
  /** How long calls of agents are kept. */
  call_days: Days,
  /** How long arguments and results of calls are kept, where they are; never longer than the calls. */
  call_payload_days: Days,
  /** Leaves what servers that are down offer out of lists at `/mcp` and of collections; else they stay listed. */
  gateway_hide_down_servers: z.boolean(),
  /** How long names of tools and prompts may be there; many clients refuse more than 64 characters. */
  gateway_name_limit: z.int().min(NAME_LIMITS.least).max(NAME_LIMITS.most),
  /** How many calls each token may make through the gateway a minute, as many at once; null: as many as it likes. */
  gateway_calls_per_minute: z.int().min(1).max(1_000_000).nullable(),
}

export const SettingsView = z.object(fields).meta({ id: 'Settings' })
export type SettingsView = z.infer<typeof SettingsView>

/** Fields left out keep their value. */
export const SettingsInput = z.strictObject(fields).partial()
export type SettingsInput = z.infer<typeof SettingsInput>
