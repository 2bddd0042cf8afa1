import { z } from 'zod'
import { HEALTH_STATUSES } from '../core/health/state.ts'
import { Count, Time, Version } from './wire.ts'

/** All servers in a few numbers, as of event `seq` and of `version`. */
export const FleetSummary = z
  .object({
    total: Count,
    statuses: z.record(z.enum(HEALTH_STATUSES), Count),
    open_incidents: Count,
    /** Why many servers fail at once, while they do. */
    common_cause: z.object({ servers: z.array(z.string()), suspected: z.string() }).nullable(),
    seq: Count,
    version: Version,
    timestamp: Time,
  })
  .meta({ id: 'FleetSummary' })
export type FleetSummary = z.infer<typeof FleetSummary>
