import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Secret } from '../core/config/secret.ts'
import { AppError } from '../core/errors.ts'
import type { Store, Vault } from '../core/ports.ts'
import { ensureDataDir } from './data-dir.ts'
import { type Database, openPostgres, openSqlite } from './database.ts'
import { asAppError } from './database-fault.ts'
import { migrate } from './migrations.ts'
import { SqlStore } from './sql-store.ts'

type StoreOptions = {
  /** `postgres://...`; absent: the SQLite file `omni2.db` in the data directory. */
  readonly databaseUrl: Secret | undefined
  readonly dataDir: string
  readonly vault: Vault
  /** How long a write waits for another process's write to SQLite. */
  readonly busyTimeoutMs?: number
}

const BUSY_TIMEOUT_MS = 5_000

/**
 * Opens the store and brings its schema up to date; several processes may have it open at once (see `acquireLock` for
 * who may run). @throws AppError 'unavailable' when it cannot be reached, is damaged, or was written by a newer version.
 */
export async function openStore({ databaseUrl, dataDir, vault, ...options }: StoreOptions): Promise<Store> {
  await ensureDataDir(dataDir)
  const database = databaseUrl
    ? openPostgres(databaseUrl)
    : await openFile(join(dataDir, 'omni2.db'), options.busyTimeoutMs ?? BUSY_TIMEOUT_MS)
  try {
    await migrate(database.db, database.dialect)
  } catch (error) {
    await database.db.destroy()
    throw error
  }
  return new SqlStore({ database, vault })
}

async function openFile(file: string, busyTimeoutMs: number): Promise<Database> {
  try {
    // Made before SQLite makes it, so that it and its -wal and -shm, which copy its mode, are for this user only.
    await (await open(file, 'a', 0o600)).close()
    return await openSqlite({ file, busyTimeoutMs })
  } catch (cause) {
    const known = asAppError(cause)
    const why = known instanceof Error ? known.message : String(known)
    throw new AppError('unavailable', `${file} cannot be used. ${why}`, { cause })
  }
}
