import { z } from 'zod'
import { HealthLogView } from '../../api/log-view.ts'

const { health_status: Status, trigger: Trigger } = HealthLogView.shape

export const STATUSES = Status.options
export const TRIGGERS = Trigger.options

/** Which checks the log shows. */
export const LogSearch = z.object({
  status: z.array(Status).optional().catch(undefined),
  trigger: z.array(Trigger).optional().catch(undefined),
})
export type LogSearch = z.infer<typeof LogSearch>
