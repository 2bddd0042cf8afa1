import { z } from 'zod'
import { REASON_CODES, STAGES } from '../core/check.ts'
import { ENDINGS, SEVERENESS } from '../core/history/incident.ts'
import { StageView } from './check-view.ts'
import { flag, listOf, paging } from './query.ts'
import { Count, Id, Time } from './wire.ts'

/** An outage: from when the server counted as down until it was up again, or was no longer watched. */
export const IncidentView = z
  .object({
    id: Id,
    server_id: Id,
    server_name: z.string(),
    started_at: Time,
    ended_at: Time.nullable(),
    duration_seconds: z.number().min(0),
    /** What was seen first; `stages` of the check that saw it. */
    cause: z.object({
      code: z.enum(REASON_CODES),
      stage: z.enum(STAGES).nullable(),
      message: z.string(),
      next_action: z.string(),
      stages: z.array(StageView),
    }),
    worst_status: z.enum(SEVERENESS),
    /** How often the circuit opened meanwhile. */
    circuit_cycles: Count,
    /** The kind of check that passed, or what a person did; null while it goes on. */
    ended_by: z.enum(ENDINGS).nullable(),
  })
  .meta({ id: 'Incident' })
export type IncidentView = z.infer<typeof IncidentView>

/** Those that go on first, then the newest first. */
export const IncidentList = z.object({ incidents: z.array(IncidentView), next_cursor: z.string().nullable() })

/** `open`: only those that go on, or only those that ended. */
export const IncidentQuery = z.strictObject({ ...paging, open: flag.optional() })
export const FleetIncidentQuery = IncidentQuery.extend({
  server_id: listOf(z.string().regex(/^[1-9]\d{0,14}$/, 'Not an id')).optional(),
})
