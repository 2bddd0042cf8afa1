import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Timestamp } from '../core/clock.ts'
import type { Incident } from '../core/history/incident.ts'
import type { RollUp } from '../core/history/roll-up.ts'
import type { Span } from '../core/history/span.ts'
import type { ServerId } from '../core/ids.ts'
import type { IncidentQuery, RollUpQuery } from '../core/ports.ts'
import type { Tables } from './schema.ts'
import { checkStored, StoredServerId, StoredTimestamp } from './stored.ts'
import { readIncident } from './stored-incident.ts'
import { ROLL_UP_VALUES, readRollUp, rollUpRow } from './stored-roll-up.ts'
import { inParts } from './write-parts.ts'

type Db = Kysely<Tables>

const SpanColumns = z.object({
  server_id: StoredServerId,
  kind: z.enum(['up', 'down']),
  started_at: StoredTimestamp,
  ended_at: StoredTimestamp,
})

/** Two looks, each along an index: open ones are few and come first. */
export async function readIncidents(db: Db, query: IncidentQuery): Promise<readonly Incident[]> {
  const { before, limit, open } = query
  const current =
    open === false || before?.open === false ? [] : await part(db, query, true, before?.id).limit(limit).execute()
  const left = limit - current.length
  const past =
    open === true || left === 0
      ? []
      : await part(db, query, false, before?.open === false ? before.id : undefined)
          .limit(left)
          .execute()
  return [...current, ...past].map(readIncident)
}

function part(db: Db, { serverIds, since }: IncidentQuery, open: boolean, beforeId: number | undefined) {
  let rows = db
    .selectFrom('incident')
    .selectAll()
    .where('ended_at', open ? 'is' : 'is not', null)
  if (serverIds) rows = rows.where('server_id', 'in', serverIds)
  if (beforeId !== undefined) rows = rows.where('id', '<', beforeId)
  if (since !== undefined && !open) rows = rows.where('ended_at', '>=', since)
  return rows.orderBy('id', 'desc')
}

export async function readSpans(
  db: Db,
  serverIds: readonly ServerId[],
  from: Timestamp,
): Promise<ReadonlyMap<ServerId, readonly Span[]>> {
  const found = new Map(serverIds.map((id): [ServerId, Span[]] => [id, []]))
  for (const ids of inParts(serverIds)) {
    const rows = await db
      .selectFrom('span')
      .selectAll()
      .where('server_id', 'in', ids)
      .where('ended_at', '>', from)
      .orderBy('server_id')
      .orderBy('started_at')
      .execute()
    for (const row of rows) {
      const { server_id, kind, started_at, ended_at } = checkStored(
        SpanColumns,
        row,
        `a span of server ${row.server_id}`,
      )
      found.get(server_id)?.push({ kind, from: started_at, until: ended_at })
    }
  }
  return found
}

export async function readRollUps(db: Db, { serverIds, size, from, until }: RollUpQuery): Promise<readonly RollUp[]> {
  if (serverIds.length === 0) return []
  const rows = await db
    .selectFrom('roll_up')
    .selectAll()
    .where('server_id', 'in', serverIds)
    .where('size', '=', size)
    .where('started_at', '>=', from)
    .where('started_at', '<', until)
    .orderBy('server_id')
    .orderBy('started_at')
    .execute()
  return rows.map(readRollUp)
}

/** Of servers that are there at that moment. */
export async function writeRollUps(db: Db, rollUps: readonly RollUp[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const ids = [...new Set(rollUps.map(({ serverId }) => serverId))]
    const known = new Set<number>()
    for (const part of inParts(ids)) {
      const rows = await tx.selectFrom('server').select('id').where('id', 'in', part).execute()
      for (const { id } of rows) known.add(id)
    }
    for (const rows of inParts(rollUps.filter(({ serverId }) => known.has(serverId)).map(rollUpRow))) {
      await tx
        .insertInto('roll_up')
        .values(rows)
        .onConflict((conflict) =>
          conflict
            .columns(['server_id', 'size', 'started_at'])
            .doUpdateSet(Object.fromEntries(ROLL_UP_VALUES.map((column) => [column, sql.ref(`excluded.${column}`)]))),
        )
        .execute()
    }
  })
}
