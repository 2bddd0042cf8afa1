import { stat } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Secret } from '../../core/config/secret.ts'
import type { Database } from '../database.ts'
import { type SchemaVersion, schemaVersion } from '../migrations.ts'
import { databaseFile, type Home, openToLook, withDatabase } from '../open-database.ts'
import { countRows, type RowCounts } from './copy-rows.ts'
import { findContradictions, findDamage } from './damage.ts'

export type DatabaseStatus = {
  readonly kind: 'sqlite' | 'postgresql'
  /** The file, or the URL without its password. */
  readonly place: string
  readonly bytes: number
  /** Part of `bytes` that holds nothing; PostgreSQL does not tell. */
  readonly freeBytes: number | undefined
  /** Undefined, like `rows`, when it is too damaged to tell. */
  readonly schema: SchemaVersion | undefined
  readonly rows: RowCounts | undefined
  /** What is wrong with it, a line each. */
  readonly damage: readonly string[]
}

/** Looks at the whole database and changes nothing. @throws AppError 'unavailable' when it cannot be reached. */
export const databaseStatus = (home: Home): Promise<DatabaseStatus> =>
  withDatabase(openToLook(home), (database) => look(home, database))

async function look(home: Home, database: Database): Promise<DatabaseStatus> {
  const { db, dialect } = database
  const damage = await findDamage(database)
  const readable = <T>(reading: Promise<T>) => (damage.length === 0 ? reading : reading.catch(() => undefined))
  const schema = await readable(schemaVersion(db, dialect))
  const ours = schema !== undefined && schema.applied.length > 0 && schema.unknown.length === 0
  const findings = (ours && (await readable(findContradictions(database)))) || []
  return {
    kind: home.databaseUrl ? 'postgresql' : 'sqlite',
    place: placeOf(home),
    bytes: await sizeOf(home, database),
    freeBytes: await readable(freeSpace(database)),
    schema,
    rows: await readable(countRows(database)),
    damage: [...damage, ...findings],
  }
}

/** Where everything is kept, as anyone may see it. */
export const placeOf = ({ databaseUrl, dataDir }: Home): string =>
  databaseUrl ? publicPlace(databaseUrl) : databaseFile(dataDir)

/** Parameters may hold secrets too. */
function publicPlace(databaseUrl: Secret): string {
  const url = new URL(databaseUrl.reveal())
  url.password = ''
  url.search = ''
  return url.href
}

/** Bytes on disk. */
export async function sizeOf({ databaseUrl, dataDir }: Home, { db }: Database): Promise<number> {
  if (!databaseUrl) {
    const sizes = ['', '-wal'].map((end) =>
      stat(databaseFile(dataDir) + end).then(
        ({ size }) => size,
        () => 0,
      ),
    )
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  }
  const { rows } = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(db)
  return rows[0]?.bytes ?? 0
}

async function freeSpace({ db, dialect }: Database): Promise<number | undefined> {
  if (dialect === 'postgres') return undefined
  const { rows } = await sql<{ bytes: number }>`
    select freelist_count * page_size as bytes from pragma_freelist_count, pragma_page_size`.execute(db)
  return rows[0]?.bytes
}
