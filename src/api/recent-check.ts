import { z } from 'zod'
import { OUTCOMES, TRIGGERS } from '../core/check.ts'
import { Count, Milliseconds, Time } from './wire.ts'

/**
 * One of the last checks. From before Omni2 started it may stand for `count` scheduled ones that passed alike, from
 * `timestamp` until `until`, with the mean of their response times: when each was is not kept.
 */
export const RecentCheckView = z
  .object({
    timestamp: Time,
    until: Time,
    count: Count,
    outcome: z.enum(OUTCOMES),
    /** The server answered. */
    healthy: z.boolean(),
    response_time_ms: Milliseconds,
    trigger: z.enum(TRIGGERS),
  })
  .meta({ id: 'RecentCheck' })
export type RecentCheckView = z.infer<typeof RecentCheckView>
