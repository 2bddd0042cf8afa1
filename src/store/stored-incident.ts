import type { Insertable, Selectable } from 'kysely'
import { z } from 'zod'
import { REASON_CODES, STAGES } from '../core/check.ts'
import { type Cause, ENDINGS, type Incident, SEVERENESS } from '../core/history/incident.ts'
import type { Tables } from './schema.ts'
import { checkStored, maybe, readStored, StoredServerId, StoredTimestamp, wholeMs } from './stored.ts'

const StoredCause = z.object({
  code: z.enum(REASON_CODES),
  message: z.string(),
  nextAction: z.string(),
  stage: maybe(z.enum(STAGES)),
  stages: z.array(z.object({ stage: z.enum(STAGES), ok: z.boolean(), ms: z.number() })),
}) satisfies z.ZodType<Cause>

const Columns = z.object({
  id: z.number(),
  server_id: StoredServerId,
  started_at: StoredTimestamp,
  worst: z.enum(SEVERENESS),
  cycles: z.number(),
  ended_at: StoredTimestamp.nullable(),
  ended_by: z.enum(ENDINGS).nullable(),
})

export const incidentRow = (incident: Omit<Incident, 'id' | 'ended'>): Insertable<Tables['incident']> => ({
  server_id: incident.serverId,
  started_at: wholeMs(incident.startedAt),
  cause: JSON.stringify(incident.cause),
  worst: incident.worst,
  cycles: incident.cycles,
  ended_at: null,
  ended_by: null,
})

export function readIncident(row: Selectable<Tables['incident']>): Incident {
  const what = `incident ${row.id}`
  const { server_id, started_at, ended_at, ended_by, ...rest } = checkStored(Columns, row, what)
  return {
    ...rest,
    serverId: server_id,
    startedAt: started_at,
    cause: readStored(StoredCause, row.cause, what),
    ended: ended_at === null || ended_by === null ? undefined : { at: ended_at, by: ended_by },
  }
}
