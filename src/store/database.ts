import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import type { Secret } from '../core/config/secret.ts'
import { KnownStatements } from './known-statements.ts'
import { postgresPool } from './postgres-pool.ts'
import type { Dialect, Tables } from './schema.ts'
import { asParameters, sqliteDialect } from './sqlite-dialect.ts'
import { SqliteThread } from './sqlite-thread.ts'
import type { SqliteOptions } from './sqlite-worker.ts'

type Rows = readonly unknown[]

/** An open database, whichever it is. */
export type Database = {
  readonly dialect: Dialect
  readonly db: Kysely<Tables>
  readonly known: KnownStatements
  /** Runs all queries in one transaction, or none; answers the rows each returned. */
  readonly together: (queries: readonly CompiledQuery[]) => Promise<readonly Rows[]>
}

/** @throws SqliteError when the file cannot be opened, or is damaged. */
export async function openSqlite(options: SqliteOptions): Promise<Database> {
  const thread = await SqliteThread.open(options)
  const db = new Kysely<Tables>({ dialect: sqliteDialect(thread) })
  return {
    dialect: 'sqlite',
    db,
    known: new KnownStatements(),
    // Kysely's connection is held meanwhile, so that this does not land within a transaction of its own.
    together: (queries) =>
      db.connection().execute(async () => {
        const statements = queries.map(({ sql, parameters }) => ({ sql, parameters: asParameters(parameters) }))
        return (await thread.runTogether(statements)).map((result) => result.rows)
      }),
  }
}

/** Connects when first used. */
export function openPostgres(databaseUrl: Secret): Database {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: postgresPool(databaseUrl) }) })
  return {
    dialect: 'postgres',
    db,
    known: new KnownStatements(),
    together: (queries) =>
      db.transaction().execute(async (tx) => {
        const all: Rows[] = []
        for (const query of queries) all.push((await tx.executeQuery(query)).rows)
        return all
      }),
  }
}
