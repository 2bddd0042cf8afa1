import { type Kysely, sql } from 'kysely'
import { TABLE_KEYS, type Tables } from '../schema.ts'

export type Table = keyof typeof TABLE_KEYS
export type Row = Readonly<Record<string, unknown>>

/** Rows first read at a time; after that as many as fill `PAGE_BYTES`, since some hold kilobytes and others megabytes. */
const FIRST_ROWS = 50
const MOST_ROWS = 2_000
const PAGE_BYTES = 2 * 1024 * 1024

type Page = { readonly rows: readonly Row[]; readonly texts: readonly string[] }

/** All rows of a table in pages along its key, each row with its text, the same from either database. */
export async function* rowPages(db: Kysely<Tables>, table: Table): AsyncGenerator<Page> {
  const key = sql.join(TABLE_KEYS[table].map((column) => sql.ref(column)))
  let limit = FIRST_ROWS
  let after = sql``
  for (;;) {
    const { rows } = await sql<Row>`
      select * from ${sql.table(table)} ${after} order by ${key} limit ${sql.lit(limit)}`.execute(db)
    const last = rows.at(-1)
    if (last === undefined) return
    const columns = Object.keys(last).sort()
    const texts = rows.map((row) => JSON.stringify(columns.map((column) => row[column])))
    yield { rows, texts }
    if (rows.length < limit) return
    after = sql`where (${key}) > (${sql.join(TABLE_KEYS[table].map((column: string) => last[column]))})`
    const rowBytes = texts.reduce((sum, text) => sum + text.length, 0) / rows.length
    limit = Math.max(1, Math.min(MOST_ROWS, Math.floor(PAGE_BYTES / rowBytes)))
  }
}
