import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { AppError } from '../core/errors.ts'
import { asAppError } from './database-fault.ts'
import { first } from './migrations/2026-11-22-first.ts'
import { history } from './migrations/2026-11-23-history.ts'
import { numberedCommits } from './migrations/2026-11-23-numbered-commits.ts'
import { capabilityHistory } from './migrations/2026-11-24-capability-history.ts'
import { collections } from './migrations/2026-11-25-collections.ts'
import { calls } from './migrations/2026-11-26-calls.ts'
import { callStories } from './migrations/2026-11-27-call-stories.ts'
import type { Dialect, Tables } from './schema.ts'

type Migrations = Readonly<Record<string, Migration>>

/** In the order of their names. One that was released is never edited. */
export const migrations = (dialect: Dialect): Migrations => ({
  '2026-11-22-first': { up: (db: Kysely<Tables>) => first(db, dialect) },
  '2026-11-23-history': { up: (db: Kysely<Tables>) => history(db, dialect) },
  '2026-11-23-numbered-commits': { up: numberedCommits },
  '2026-11-24-capability-history': { up: (db: Kysely<Tables>) => capabilityHistory(db, dialect) },
  '2026-11-25-collections': { up: (db: Kysely<Tables>) => collections(db, dialect) },
  '2026-11-26-calls': { up: (db: Kysely<Tables>) => calls(db, dialect) },
  '2026-11-27-call-stories': { up: (db: Kysely<Tables>) => callStories(db, dialect) },
})

/** The names of migrations, oldest first. */
export type SchemaVersion = {
  readonly applied: readonly string[]
  readonly pending: readonly string[]
  /** Applied by a newer version. */
  readonly unknown: readonly string[]
}

type Options = {
  /** The last one to apply; absent: all. */
  readonly upTo?: string
  readonly known?: Migrations
}

/**
 * Brings the database to our schema: all missing migrations in one transaction, so that two processes may try at once.
 * Answers their names. @throws AppError 'unavailable' when it was written by a newer version, or cannot be changed.
 */
export async function migrate(
  db: Kysely<Tables>,
  dialect: Dialect,
  { upTo, known = migrations(dialect) }: Options = {},
): Promise<readonly string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...known }) } })
  const { error, results = [] } = upTo === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(upTo)
  if (error === undefined) return results.map(({ migrationName }) => migrationName)
  // Asked only after the failure, which stays the one to tell when this cannot be read either.
  const version = await schemaVersion(db, dialect).catch(() => undefined)
  if (version) refuseNewer(version)
  throw asAppError(error)
}

/** Which schema the database has; of an empty one everything is pending. */
export async function schemaVersion(db: Kysely<Tables>, dialect: Dialect): Promise<SchemaVersion> {
  const names = Object.keys(migrations(dialect))
  const applied = (await tableNames(db, dialect)).has('kysely_migration')
    ? await namesIn(db, sql`kysely_migration order by name`)
    : []
  return {
    applied,
    pending: names.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !names.includes(name)),
  }
}

/** @throws AppError 'unavailable' for what a newer version wrote. */
export function refuseNewer({ unknown: [newer] }: SchemaVersion): void {
  if (newer === undefined) return
  throw new AppError(
    'unavailable',
    `The database was written by a newer version of Omni2 (its migration ${newer} is unknown here). Start that version, or restore a backup made before the upgrade.`,
  )
}

/** All tables, those of others that use the same database too. */
export async function tableNames(db: Kysely<Tables>, dialect: Dialect): Promise<ReadonlySet<string>> {
  const tables = {
    sqlite: sql`sqlite_schema where type = 'table'`,
    postgres: sql`(select tablename as name from pg_tables where schemaname = any (current_schemas(false))) as tables`,
  } satisfies Record<Dialect, RawBuilder<unknown>>
  return new Set(await namesIn(db, tables[dialect]))
}

async function namesIn(db: Kysely<Tables>, from: RawBuilder<unknown>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select name from ${from}`.execute(db)
  return rows.map(({ name }) => name)
}
