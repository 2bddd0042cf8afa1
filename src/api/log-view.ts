import { z } from 'zod'
import { OUTCOMES, TRIGGERS } from '../core/check.ts'
import { HEALTH_STATUSES } from '../core/health/state.ts'
import { CheckErrorView, StageView } from './check-view.ts'
import { listOf, paging } from './query.ts'
import { Count, Id, Milliseconds, Time } from './wire.ts'

/** One check of the past; `health_status` is what the server's status was after it. */
export const HealthLogView = z
  .object({
    id: Id,
    server_id: Id,
    timestamp: Time,
    trigger: z.enum(TRIGGERS),
    outcome: z.enum(OUTCOMES),
    health_status: z.enum(HEALTH_STATUSES),
    response_time_ms: Milliseconds,
    stages: z.array(StageView),
    tool_count: Count.nullable(),
    error: CheckErrorView.nullable(),
  })
  .meta({ id: 'HealthLog' })
export type HealthLogView = z.infer<typeof HealthLogView>

/** Newest first. */
export const HealthLogList = z.object({ logs: z.array(HealthLogView), next_cursor: z.string().nullable() })
export type HealthLogList = z.infer<typeof HealthLogList>

export const HealthLogQuery = z.strictObject({
  ...paging,
  status: listOf(z.enum(HEALTH_STATUSES)).optional(),
  trigger: listOf(z.enum(TRIGGERS)).optional(),
})
