import { type Kysely, sql } from 'kysely'
import type { Timestamp } from '../core/clock.ts'
import type { RollUpSize } from '../core/history/roll-up.ts'
import { lastNumber } from './counter.ts'
import type { Tables } from './schema.ts'

/** Events that are kept however old they are, so that a dashboard that was away can still catch up. */
const KEPT_EVENTS = 1_000

/** At most `limit` check rows from before `before`; answers how many went. */
export async function pruneChecks(db: Kysely<Tables>, before: Timestamp, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('check_log')
    .where('id', 'in', (eb) =>
      eb.selectFrom('check_log').select('id').where('at', '<', before).orderBy('at').limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/**
 * At most `limit` events, the oldest first and up to the newest from before `before`: by `seq`, so that no gap opens
 * among those kept when the wall clock had jumped. Answers how many went.
 */
export async function pruneEvents(db: Kysely<Tables>, before: Timestamp, limit: number): Promise<number> {
  const [old, oldest] = await Promise.all([
    db.selectFrom('event').select('seq').where('at', '<', before).orderBy('at', 'desc').limit(1).executeTakeFirst(),
    db.selectFrom('event').select('seq').orderBy('seq').limit(1).executeTakeFirst(),
  ])
  if (old === undefined || oldest === undefined) return 0
  const last = Math.min(old.seq, (await lastNumber(db, 'event')) - KEPT_EVENTS, oldest.seq + limit - 1)
  const { numDeletedRows } = await db.deleteFrom('event').where('seq', '<=', last).executeTakeFirst()
  return Number(numDeletedRows)
}

/** At most `limit` changes of capabilities from before `before`. */
export async function pruneCapabilityChanges(db: Kysely<Tables>, before: Timestamp, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('capability_change')
    .where('id', 'in', (eb) =>
      eb.selectFrom('capability_change').select('id').where('at', '<', before).orderBy('at').limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** At most `limit` incidents that ended before `before`. */
export async function pruneIncidents(db: Kysely<Tables>, before: Timestamp, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('incident')
    .where('id', 'in', (eb) =>
      eb.selectFrom('incident').select('id').where('ended_at', '<', before).orderBy('ended_at').limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** At most `limit` spans that ended before `before`: found server by server, since their key begins with it. */
export async function pruneSpans(db: Kysely<Tables>, before: Timestamp, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from span where (server_id, started_at) in (
      select span.server_id, span.started_at from server join span on span.server_id = server.id
      where span.started_at < ${before} and span.ended_at < ${before} limit ${limit})`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** As `pruneSpans`, of one size of roll-ups. */
export async function pruneRollUps(
  db: Kysely<Tables>,
  size: RollUpSize,
  before: Timestamp,
  limit: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from roll_up where (server_id, size, started_at) in (
      select roll_up.server_id, roll_up.size, roll_up.started_at from server join roll_up on roll_up.server_id = server.id
      where roll_up.size = ${size} and roll_up.started_at < ${before} limit ${limit})`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** Sessions and sign-in codes that ended before `before`; an expired API token stays for its owner to see. */
export async function pruneTokens(db: Kysely<Tables>, before: Timestamp): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('token')
    .where('kind', 'in', ['session', 'sign_in_code'])
    .where('expires_at', '<', before)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
