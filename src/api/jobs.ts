import { z } from 'zod'
import { HEALTH_STATUSES } from '../core/health/state.ts'
import { flag, listOf } from './query.ts'
import { Count, Id, Time } from './wire.ts'

/** Which servers a list shows or a job checks. */
export const ServerFilter = z.strictObject({
  status: listOf(z.enum(HEALTH_STATUSES)).optional(),
  /** Found in the name or the description. */
  q: z.string().max(200).optional(),
  enabled_only: flag.optional(),
})

/** Either `ids` or `filter`; an empty filter means every server. */
export const CheckManyInput = z
  .strictObject({ ids: z.array(Id).min(1).max(10_000).optional(), filter: ServerFilter.optional() })
  .refine((input) => (input.ids === undefined) !== (input.filter === undefined), 'Give either ids or filter')
export type CheckManyInput = z.infer<typeof CheckManyInput>

/** Many servers checked on demand: how far it is. `health_status` is null where the check could not be made. */
export const JobView = z
  .object({
    job_id: z.string(),
    status: z.enum(['running', 'finished']),
    total: Count,
    done: Count,
    results: z.array(z.object({ server_id: Id, health_status: z.enum(HEALTH_STATUSES).nullable() })),
    started_at: Time,
    finished_at: Time.nullable(),
  })
  .meta({ id: 'CheckJob' })
export type JobView = z.infer<typeof JobView>

/** What is pushed while a job runs: the job without its results. */
export const JobProgress = JobView.omit({ results: true })
export type JobProgress = z.infer<typeof JobProgress>
