import type { Kysely } from 'kysely'
import type { Timestamp } from '../core/clock.ts'
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

/** Sessions and sign-in codes that ended before `before`; an expired API token stays for its owner to see. */
export async function pruneTokens(db: Kysely<Tables>, before: Timestamp): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('token')
    .where('kind', 'in', ['session', 'sign_in_code'])
    .where('expires_at', '<', before)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
