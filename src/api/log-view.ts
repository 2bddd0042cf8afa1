import { z } from 'zod'
import { OUTCOMES, TRIGGERS } from '../core/check.ts'
import { HEALTH_STATUSES } from '../core/health/state.ts'
import { CheckErrorView, StageView } from './check-view.ts'
import { listOf, paging } from './query.ts'
import { Count, Id, Milliseconds, Time } from './wire.ts'

/**
 * A check of the past, or a run of scheduled ones that passed alike within an hour: `count` of them from `timestamp` until
 * `until`, with the mean and the bounds of their response times, and the stages of the last. `health_status` is what the
 * server's status was after.
 */
export const HealthLogView = z
  .object({
    id: Id,
    server_id: Id,
    timestamp: Time,
    until: Time,
    count: Count,
    trigger: z.enum(TRIGGERS),
    outcome: z.enum(OUTCOMES),
    health_status: z.enum(HEALTH_STATUSES),
    response_time_ms: Milliseconds,
    fastest_ms: Milliseconds,
    slowest_ms: Milliseconds,
    stages: z.array(StageView),
    tool_count: Count.nullable(),
    error: CheckErrorView.nullable(),
  })
  .meta({ id: 'HealthLog' })
export type HealthLogView = z.infer<typeof HealthLogView>

/** Newest first. */
export const HealthLogList = z.object({ logs: z.array(HealthLogView), next_cursor: z.string().nullable() })
export type HealthLogList = z.infer<typeof HealthLogList>

const filter = {
  status: listOf(z.enum(HEALTH_STATUSES)).optional(),
  trigger: listOf(z.enum(TRIGGERS)).optional(),
}
export const HealthLogQuery = z.strictObject({ ...paging, ...filter })

export const EXPORT_FORMATS = ['json', 'csv'] as const
export const HealthLogExportQuery = z.strictObject({ ...filter, format: z.enum(EXPORT_FORMATS).default('json') })
