import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Secret } from '../core/config/secret.ts'
import { AppError } from '../core/errors.ts'
import { ensureDataDir } from './data-dir.ts'
import { asAppError, faultOf } from './database-fault.ts'
import { PostgresLock } from './postgres-lock.ts'

type LockOptions = {
  readonly dataDir: string
  /** When given, its database is locked too: two data directories must not serve one database. */
  readonly databaseUrl: Secret | undefined
  /** Called once if another process took the PostgreSQL lock while the connection was lost: this one must stop. */
  readonly onLost: (reason: AppError) => void
}

export type Lock = { release(): Promise<void> }

/**
 * Makes this the only running Omni2 on its data directory and database, until released or the process ends, however it
 * ends. Opening the store needs no lock. @throws AppError 'conflict' when another one runs.
 */
export async function acquireLock({ dataDir, databaseUrl, onLost }: LockOptions): Promise<Lock> {
  await ensureDataDir(dataDir)
  const file = await lockDirectory(dataDir)
  try {
    const database = databaseUrl && (await PostgresLock.acquire({ databaseUrl, onLost }))
    return {
      async release() {
        await database?.release()
        file.close()
      },
    }
  } catch (error) {
    file.close()
    throw error
  }
}

/** An empty SQLite file with an exclusive transaction that never ends: the kernel frees its lock even after kill -9. */
async function lockDirectory(dataDir: string): Promise<DatabaseSync> {
  const path = join(dataDir, 'omni2.lock')
  try {
    await (await open(path, 'a', 0o600)).close()
  } catch (cause) {
    throw new AppError('unavailable', `The lock file ${path} cannot be made: check the data directory`, { cause })
  }
  const file = new DatabaseSync(path, { timeout: 0 })
  try {
    file.exec('begin exclusive')
    return file
  } catch (error) {
    file.close()
    const fault = faultOf(error)
    if (fault?.kind !== 'unavailable' || !fault.passing) throw asAppError(error)
    throw new AppError(
      'conflict',
      `Omni2 is already running on the data directory ${dataDir}. Stop that one, or start this one with another --data-dir.`,
      { cause: error },
    )
  }
}
