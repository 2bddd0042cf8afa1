import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import type { Secret } from '../core/config/secret.ts'
import type { AppError } from '../core/errors.ts'
import { takeNumbers } from './counter.ts'
import { KnownStatements } from './known-statements.ts'
import { postgresPool } from './postgres-pool.ts'
import { PostgresTransactions } from './postgres-transactions.ts'
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
  /**
   * Runs all queries in one transaction, or none; answers the rows each returned. Without queries it writes all the same:
   * what cannot be written to says so.
   */
  readonly together: (queries: readonly CompiledQuery[]) => Promise<readonly Rows[]>
  /** From now on `together` rejects where it would wait to learn whether something was stored. */
  readonly giveUp: () => void
  /** Instead of `db.destroy`, which does nothing for a database that was not asked anything yet. */
  readonly close: () => Promise<void>
}

/** `onLost` as of `SqliteThread.open`. @throws SqliteError when the file cannot be opened, or is damaged. */
export async function openSqlite(options: SqliteOptions, onLost?: (reason: AppError) => void): Promise<Database> {
  const thread = await SqliteThread.open(options, onLost)
  const db = new Kysely<Tables>({ dialect: sqliteDialect(thread) })
  const numbered = takeNumbers(db, 'commit', 1).compile()
  return {
    dialect: 'sqlite',
    db,
    known: new KnownStatements(),
    // Kysely's connection is held meanwhile, so that this does not land within a transaction of its own.
    together: (queries) =>
      db.connection().execute(async () => {
        const statements = [numbered, ...queries].map(({ sql, parameters }) => ({
          sql,
          parameters: asParameters(parameters),
        }))
        return (await thread.runTogether(statements)).slice(1).map((result) => result.rows)
      }),
    giveUp: () => {},
    close: () => thread.close(),
  }
}

/** Connects when first used. `patient`: a statement may take as long as it needs. */
export function openPostgres(databaseUrl: Secret, options: { readonly patient?: boolean } = {}): Database {
  const pool = postgresPool(databaseUrl, options)
  const transactions = new PostgresTransactions(pool)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    dialect: 'postgres',
    db,
    known: new KnownStatements(),
    together: (queries) => transactions.run(queries),
    giveUp: () => transactions.giveUp(),
    close: () => db.destroy(),
  }
}
