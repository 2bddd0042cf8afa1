import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import { asAppError, faultOf } from '../database-fault.ts'
import { tableNames } from '../migrations.ts'
import { TABLE_KEYS, type Tables } from '../schema.ts'

type Db = Kysely<Tables>

/** Findings told at most; a file torn in the middle has thousands. */
const MOST = 5

/**
 * Which bytes of the database are not what was written, a line each in the database's own words; none when all is well.
 * Every page is read, which takes seconds for each GiB. @throws AppError 'unavailable' when it cannot be reached.
 */
export async function findDamage({ db, dialect }: Database): Promise<readonly string[]> {
  try {
    return dialect === 'sqlite' ? await damagedPages(db) : await readEverything(db)
  } catch (error) {
    if (error instanceof Error && faultOf(error)?.kind === 'damaged') return [error.message]
    throw asAppError(error)
  }
}

async function damagedPages(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(${sql.lit(MOST)})`.execute(db)
  const lines = rows.flatMap((row) => row.integrity_check.split('\n'))
  return lines.filter((line) => line !== 'ok').slice(0, MOST)
}

/** PostgreSQL has no check of its own but this. */
async function readEverything(db: Db): Promise<readonly string[]> {
  const known = await tableNames(db, 'postgres')
  for (const table of Object.keys(TABLE_KEYS).filter((name) => known.has(name))) {
    await sql`select sum(octet_length(row::text)) from ${sql.table(table)} as row`.execute(db)
  }
  return []
}

/** Rows that contradict each other, which tells of lost ones: events have no gap, and no number is given twice. */
export async function findContradictions({ db }: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ line: string }>`
    select 'events have gaps: there are ' || count(*) || ' from ' || min(seq) || ' to ' || max(seq) as line from event
      having max(seq) - min(seq) + 1 <> count(*)
    union all
    select 'the counter of ' || name || 's is behind' from counter
      where value < case name
        when 'server' then (select coalesce(max(id), 0) from server)
        when 'event' then (select coalesce(max(seq), 0) from event)
        when 'token' then (select coalesce(max(id), 0) from token)
        else 0 end`.execute(db)
  return rows.map(({ line }) => line)
}
