import type { AppError } from '../core/errors.ts'
import type { Store, Vault } from '../core/ports.ts'
import { ensureDataDir } from './data-dir.ts'
import { migrate } from './migrations.ts'
import { type Home, openDatabase } from './open-database.ts'
import { SqlStore } from './sql-store.ts'

type StoreOptions = Home & {
  readonly vault: Vault
  /** How long a write waits for another process's write to SQLite. */
  readonly busyTimeoutMs?: number
  /** Told when the store can never be asked again. */
  readonly onLost?: (reason: AppError) => void
}

/**
 * Opens the store and brings its schema up to date; several processes may have it open at once (see `acquireLock` for
 * who may run). @throws AppError 'unavailable' when it cannot be reached, is damaged, or was written by a newer version.
 */
export async function openStore({ vault, ...options }: StoreOptions): Promise<Store> {
  await ensureDataDir(options.dataDir)
  const database = await openDatabase(options, options)
  try {
    await migrate(database.db, database.dialect)
  } catch (error) {
    await database.close()
    throw error
  }
  return new SqlStore({ database, vault })
}
