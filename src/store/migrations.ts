import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { AppError } from '../core/errors.ts'
import { asAppError } from './database-fault.ts'
import { first } from './migrations/2026-11-22-first.ts'
import { history } from './migrations/2026-11-23-history.ts'
import { numberedCommits } from './migrations/2026-11-23-numbered-commits.ts'
import type { Dialect, Tables } from './schema.ts'

/** In the order of their names. One that was released is never edited. */
const migrations = (dialect: Dialect): Record<string, Migration> => ({
  '2026-11-22-first': { up: (db: Kysely<Tables>) => first(db, dialect) },
  '2026-11-23-history': { up: (db: Kysely<Tables>) => history(db, dialect) },
  '2026-11-23-numbered-commits': { up: numberedCommits },
})

/**
 * Brings the database to our schema: all missing migrations in one transaction, so that two processes may try at once.
 * @throws AppError 'unavailable' when it was written by a newer version, or cannot be changed.
 */
export async function migrate(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const known = migrations(dialect)
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return
  const newer = (await appliedMigrations(db, error)).find((name) => !(name in known))
  if (newer === undefined) throw asAppError(error)
  throw new AppError(
    'unavailable',
    `The database was written by a newer version of Omni2 (its migration ${newer} is unknown here). Start that version, or restore a backup made before the upgrade.`,
  )
}

/** Asked only after `failure`, which stays the one to tell when this cannot be read either. */
async function appliedMigrations(db: Kysely<Tables>, failure: unknown): Promise<readonly string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
    return rows.map((row) => row.name)
  } catch {
    throw asAppError(failure)
  }
}
