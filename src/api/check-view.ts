import { z } from 'zod'
import { OUTCOMES, REASON_CODES, STAGES } from '../core/check.ts'
import { CIRCUIT_KINDS, HEALTH_STATUSES } from '../core/health/state.ts'
import { CapabilitiesView } from './capabilities-view.ts'
import { Era, ServerInfoView } from './server-view.ts'
import { Count, Id, Milliseconds, Time, Version } from './wire.ts'

export const StageView = z.object({ stage: z.enum(STAGES), ok: z.boolean(), ms: Milliseconds })

/** Why a check failed, where, and what a person can do. */
export const CheckErrorView = z
  .object({ code: z.enum(REASON_CODES), stage: z.enum(STAGES), message: z.string(), next_action: z.string() })
  .meta({ id: 'CheckError' })
export type CheckErrorView = z.infer<typeof CheckErrorView>

/** How one check went. A server that is down is a successful check with `healthy: false`. */
export const HealthResultView = z
  .object({
    healthy: z.boolean(),
    outcome: z.enum(OUTCOMES),
    stages: z.array(StageView),
    response_time_ms: Milliseconds,
    tool_count: Count.nullable(),
    era: Era.nullable(),
    protocol_version: z.string().nullable(),
    error: CheckErrorView.nullable(),
  })
  .meta({ id: 'HealthResult' })
export type HealthResultView = z.infer<typeof HealthResultView>

export const HealthCheckAnswer = z
  .object({
    server_id: Id,
    server_name: z.string(),
    health_status: z.enum(HEALTH_STATUSES),
    previous_status: z.enum(HEALTH_STATUSES),
    health_result: HealthResultView,
    circuit: z.object({ state: z.enum(CIRCUIT_KINDS), failure_count: Count }),
    last_health_check: Time.nullable(),
    next_check_at: Time.nullable(),
    timestamp: Time,
    version: Version,
  })
  .meta({ id: 'HealthCheckAnswer' })
export type HealthCheckAnswer = z.infer<typeof HealthCheckAnswer>

/** What a config that is not saved turned out to be. `capabilities` is null when the check did not get that far. */
export const DiscoverAnswer = z
  .object({
    health_result: HealthResultView,
    server_info: ServerInfoView.nullable(),
    capabilities: CapabilitiesView.nullable(),
    timestamp: Time,
  })
  .meta({ id: 'DiscoverAnswer' })
export type DiscoverAnswer = z.infer<typeof DiscoverAnswer>
