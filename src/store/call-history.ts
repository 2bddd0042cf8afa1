import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { Timestamp } from '../core/clock.ts'
import type { CallCount, CallFilter, CallQuery, CallSource, StoredCall } from '../core/gateway/call-history.ts'
import type { Database } from './database.ts'
import type { Tables } from './schema.ts'
import { wholeMs } from './stored.ts'
import { callRow, payloadRows, readCall, readCounts, readPayload } from './stored-call.ts'

type Db = Kysely<Tables>

/** So many are kept, however young. */
const MOST_CALLS = 1_000_000

export async function saveCalls({ db, known, together }: Database, calls: readonly StoredCall[]): Promise<void> {
  const rows = calls.map(callRow)
  await together([
    ...known.insert('calls', rows, (part) => db.insertInto('call').values(part).compile()),
    ...known.insert('call payloads', calls.flatMap(payloadRows), (part) =>
      db.insertInto('call_payload').values(part).compile(),
    ),
  ])
}

/** With what was said, if that is kept. */
export async function readOneCall(db: Db, id: number): Promise<StoredCall | undefined> {
  const row = await db.selectFrom('call').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) return undefined
  const said = await db.selectFrom('call_payload').selectAll().where('call_id', '=', id).executeTakeFirst()
  return { ...readCall(row), payload: said && readPayload(said) }
}

export async function readCalls(db: Db, { beforeId, limit, ...filter }: CallQuery): Promise<readonly StoredCall[]> {
  if (wantsNothing(filter)) return []
  let rows = filtered(db.selectFrom('call').selectAll(), filter)
  if (beforeId !== undefined) rows = rows.where('id', '<', beforeId)
  return (await rows.orderBy('id', 'desc').limit(limit).execute()).map(readCall)
}

export async function countCalls(db: Db, filter: CallFilter): Promise<readonly CallCount[]> {
  if (wantsNothing(filter)) return []
  const alike = ['server_id', 'method', 'target', 'outcome', 'speed'] as const
  const rows = await filtered(db.selectFrom('call'), filter)
    .select(alike)
    .select([sql<string>`max(server)`.as('server'), sql<number>`count(*)`.as('count')])
    .groupBy(alike)
    .execute()
  return readCounts(rows)
}

export async function countSources(db: Db, filter: CallFilter): Promise<readonly CallSource[]> {
  if (wantsNothing(filter)) return []
  const rows = await filtered(db.selectFrom('call'), filter)
    .select(['token_id', 'endpoint'])
    .select(sql<number>`count(*)`.as('calls'))
    .groupBy(['token_id', 'endpoint'])
    .execute()
  return rows.map(({ token_id, endpoint, calls }) => ({ tokenId: token_id, endpoint, calls }))
}

export async function lastCallId(db: Db): Promise<number> {
  const { last } = await db.selectFrom('call').select(sql<number | null>`max(id)`.as('last')).executeTakeFirstOrThrow()
  return last ?? 0
}

/** At most `limit` calls, the oldest first: those from before `before`, and those that are too many. */
export async function pruneCalls(db: Db, before: Timestamp, limit: number): Promise<number> {
  const most = (await lastCallId(db)) - MOST_CALLS
  const { numDeletedRows } = await db
    .deleteFrom('call')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('call')
        .select('id')
        .where((or) => or.or([or('at', '<', before), or('id', '<=', most)]))
        .orderBy('id')
        .limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** At most `limit` payloads of calls from before `before`; the calls stay. */
export async function prunePayloads(db: Db, before: Timestamp, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('call_payload')
    .where('call_id', 'in', (eb) =>
      eb.selectFrom('call_payload').select('call_id').where('at', '<', before).orderBy('at').limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** SQL has no empty list. */
const wantsNothing = (filter: CallFilter): boolean =>
  Object.values(filter).some((wanted) => Array.isArray(wanted) && wanted.length === 0)

function filtered<O>(
  rows: SelectQueryBuilder<Tables, 'call', O>,
  { serverIds, targets, methods, outcomes, tokenIds, endpoints, since, until }: CallFilter,
): SelectQueryBuilder<Tables, 'call', O> {
  let left = rows
  if (serverIds) left = left.where('server_id', 'in', serverIds)
  if (targets) left = left.where('target', 'in', targets)
  if (methods) left = left.where('method', 'in', methods)
  if (outcomes) left = left.where('outcome', 'in', outcomes)
  if (tokenIds) left = left.where('token_id', 'in', tokenIds)
  if (endpoints) left = left.where('endpoint', 'in', endpoints)
  if (since !== undefined) left = left.where('at', '>=', wholeMs(since))
  if (until !== undefined) left = left.where('at', '<', wholeMs(until))
  return left
}
