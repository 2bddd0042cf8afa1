import { type CompiledQuery, type Kysely, sql } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { Database } from '../database.ts'
import { tableNames } from '../migrations.ts'
import { type Dialect, TABLE_KEYS, type Tables } from '../schema.ts'
import type { Watching } from './progress.ts'
import { type Row, rowPages, type Table } from './row-pages.ts'
import { Counting, type Tally } from './tally.ts'

type Db = Kysely<Tables>

export type RowCounts = ReadonlyMap<Table, number>
export type CopiedTable = Tally & { readonly table: Table }

const TABLES = Object.keys(TABLE_KEYS).filter((name): name is Table => name in TABLE_KEYS)

/**
 * Puts all rows of `from`, as they are at one moment, in the place of those of `to`, and compares what arrived with what
 * was read: all in one transaction, or nothing. Both have the same schema.
 * @throws AppError 'unavailable' when something else arrived. Rejects with the signal's reason once that aborts.
 */
export async function copyRows(from: Database, to: Database, watching: Watching): Promise<readonly CopiedTable[]> {
  const known = await tableNames(from.db, from.dialect)
  const tables = TABLES.filter((table) => known.has(table))
  const snapshot = from.db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
  return await snapshot.execute((source) =>
    to.db.transaction().execute(async (target) => {
      await clear(target, to.dialect, tables)
      const copied: CopiedTable[] = []
      for (const table of tables) copied.push({ table, ...(await copyTable(source, target, to, table, watching)) })
      if (to.dialect === 'postgres') await countOn(target, tables)
      for (const table of copied) await verify(target, table, watching)
      return copied
    }),
  )
}

/** How many rows each table holds. */
export async function countRows({ db, dialect }: Database): Promise<RowCounts> {
  const known = await tableNames(db, dialect)
  const counts = new Map<Table, number>()
  for (const table of TABLES) {
    if (!known.has(table)) continue
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db)
    counts.set(table, rows[0]?.n ?? 0)
  }
  return counts
}

async function clear(db: Db, dialect: Dialect, tables: readonly Table[]): Promise<void> {
  if (dialect === 'postgres') await sql`truncate ${sql.join(tables.map((table) => sql.table(table)))}`.execute(db)
  else for (const table of tables.toReversed()) await sql`delete from ${sql.table(table)}`.execute(db)
}

async function copyTable(source: Db, target: Db, to: Database, table: Table, watching: Watching): Promise<Tally> {
  const counting = new Counting()
  for await (const { rows, texts } of rowPages(source, table)) {
    watching.signal.throwIfAborted()
    counting.add(texts)
    for (const query of to.known.insert(table, rows, (part) => insertRows(target, table, part))) {
      await target.executeQuery(query)
    }
    watching.onProgress({ table, doing: 'copying', rows: counting.rows })
  }
  return counting.tally()
}

function insertRows(db: Db, table: Table, rows: readonly Row[]): CompiledQuery {
  const columns = Object.keys(rows[0] ?? {}).map((column) => sql.ref(column))
  const values = rows.map((row) => sql`(${sql.join(Object.values(row))})`)
  return sql`insert into ${sql.table(table)} (${sql.join(columns)}) values ${sql.join(values)}`.compile(db)
}

/** PostgreSQL gives out numbers beside the table, SQLite those after the last in it. */
async function countOn(db: Db, tables: readonly Table[]): Promise<void> {
  for (const table of tables) {
    const [column] = TABLE_KEYS[table]
    const { rows } = await sql<{ name: string | null }>`
      select pg_get_serial_sequence(${table}, ${column}) as name`.execute(db)
    const sequence = rows[0]?.name
    if (sequence == null) continue
    const last = sql`(select max(${sql.ref(column)}) from ${sql.table(table)})`
    await sql`select setval(${sequence}, coalesce(${last}, 0) + 1, false)`.execute(db)
  }
}

async function verify(db: Db, { table, ...expected }: CopiedTable, watching: Watching): Promise<void> {
  const counting = new Counting()
  for await (const { texts } of rowPages(db, table)) {
    watching.signal.throwIfAborted()
    counting.add(texts)
    watching.onProgress({ table, doing: 'verifying', rows: counting.rows })
  }
  const { rows, checksum } = counting.tally()
  if (rows === expected.rows && checksum === expected.checksum) return
  throw new AppError(
    'unavailable',
    `What arrived in ${table} is not what was read: ${rows} rows (${checksum.slice(0, 16)}) of ${expected.rows} (${expected.checksum.slice(0, 16)}). Nothing was changed.`,
  )
}
