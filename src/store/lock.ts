import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../core/errors.ts'
import { ensureDataDir } from './data-dir.ts'
import { asAppError, faultOf } from './database-fault.ts'
import type { Home } from './open-database.ts'
import { isPostgresLocked, PostgresLock } from './postgres-lock.ts'

/** A PostgreSQL database is locked beside the data directory: two of these must not serve one. */
type LockOptions = Home & {
  /** Called once if another process took the PostgreSQL lock while the connection was lost: this one must stop. */
  readonly onLost: (reason: AppError) => void
  /** What to do when another one runs. */
  readonly advice?: string
}

export type Lock = { release(): Promise<void> }

/**
 * Makes this the only running Omni2 on its data directory and database, until released or the process ends, however it
 * ends. Opening the store needs no lock. @throws AppError 'conflict' when another one runs.
 */
export async function acquireLock({ dataDir, databaseUrl, onLost, advice }: LockOptions): Promise<Lock> {
  await ensureDataDir(dataDir)
  const file = await lockDirectory(dataDir, advice ?? 'Stop that one, or start this one with another --data-dir.')
  try {
    const database =
      databaseUrl &&
      (await PostgresLock.acquire({ databaseUrl, onLost, advice: advice ?? 'Stop that one, or use another database.' }))
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

/** Whether another process holds the lock on this database. */
export async function isLocked({ dataDir, databaseUrl }: Home): Promise<boolean> {
  return databaseUrl ? await isPostgresLocked(databaseUrl) : isDirectoryLocked(dataDir)
}

function isDirectoryLocked(dataDir: string): boolean {
  const path = lockFile(dataDir)
  if (!existsSync(path)) return false
  const file = new DatabaseSync(path, { timeout: 0 })
  try {
    file.prepare('select count(*) from sqlite_schema').get()
    return false
  } catch (error) {
    const fault = faultOf(error)
    if (fault?.kind === 'unavailable' && fault.passing) return true
    throw asAppError(error)
  } finally {
    file.close()
  }
}

export const lockFile = (dataDir: string): string => join(dataDir, 'omni2.lock')

/** An empty SQLite file with an exclusive transaction that never ends: the kernel frees its lock even after kill -9. */
async function lockDirectory(dataDir: string, advice: string): Promise<DatabaseSync> {
  const path = lockFile(dataDir)
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
    throw new AppError('conflict', `Omni2 is already running on the data directory ${dataDir}. ${advice}`, {
      cause: error,
    })
  }
}
