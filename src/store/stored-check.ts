import type { Insertable, Selectable } from 'kysely'
import { z } from 'zod'
import { OUTCOMES, STAGES, TRIGGERS } from '../core/check.ts'
import { HEALTH_STATUSES } from '../core/health/state.ts'
import type { CheckRow, StoredCheck } from '../core/ports.ts'
import type { Tables } from './schema.ts'
import { checkStored, maybe, readStored, StoredFailure, StoredServerId, StoredTimestamp, wholeMs } from './stored.ts'

const Detail = z.object({
  stages: z.array(z.object({ stage: z.enum(STAGES), ok: z.boolean(), ms: z.number() })),
  failure: maybe(StoredFailure),
})

const Columns = z.object({
  id: z.number(),
  server_id: StoredServerId,
  at: StoredTimestamp,
  trigger: z.enum(TRIGGERS),
  outcome: z.enum(OUTCOMES),
  status: z.enum(HEALTH_STATUSES),
  response_time_ms: z.number(),
  tool_count: z.number().nullable(),
  count: z.number(),
  until: StoredTimestamp.nullable(),
  fastest_ms: z.number().nullable(),
  slowest_ms: z.number().nullable(),
})

export function checkRow(check: CheckRow): Insertable<Tables['check_log']> {
  return {
    server_id: check.serverId,
    at: wholeMs(check.at),
    trigger: check.trigger,
    outcome: check.outcome,
    status: check.status,
    response_time_ms: check.responseTimeMs,
    tool_count: check.toolCount ?? null,
    detail: JSON.stringify({ stages: check.stages, failure: check.failure }),
  }
}

export function readCheck(row: Selectable<Tables['check_log']>): StoredCheck {
  const what = `check ${row.id}`
  const { server_id, response_time_ms, tool_count, until, fastest_ms, slowest_ms, ...rest } = checkStored(
    Columns,
    row,
    what,
  )
  return {
    ...rest,
    serverId: server_id,
    until: until ?? rest.at,
    responseTimeMs: response_time_ms,
    fastestMs: fastest_ms ?? response_time_ms,
    slowestMs: slowest_ms ?? response_time_ms,
    toolCount: tool_count ?? undefined,
    ...readStored(Detail, row.detail, what),
  }
}
