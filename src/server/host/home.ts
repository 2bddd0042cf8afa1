import { existsSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Progress } from '../../store/care/progress.ts'
import { acquireLock } from '../../store/lock.ts'
import { databaseFile, type Home } from '../../store/open-database.ts'
import type { Config } from '../config/config.ts'

/** How far long work on the database is. */
export type HostProgress = Progress

/** @throws AppError 'not_found' when there is no SQLite file yet: a wrong folder must not become a new one. */
export function mustExist({ dataDir, databaseUrl }: Home): void {
  if (databaseUrl || existsSync(databaseFile(dataDir))) return
  throw new AppError('not_found', `There is no Omni2 in ${dataDir}: name the data folder it runs with (--data-dir)`)
}

/** Where the key is that the credentials in the database are sealed with. */
export const keyPlace = ({ secretKey, dataDir }: Config): string =>
  secretKey ? 'OMNI2_SECRET_KEY' : path.join(dataDir, 'omni2.key')

/**
 * Does `work` while no Omni2 can run on this database; its signal aborts too when another process took the lock.
 * @throws AppError 'conflict' while one runs.
 */
export async function alone<T>(home: Home, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const lost = new AbortController()
  const advice = 'Stop it first, then repeat this.'
  const lock = await acquireLock({ ...home, advice, onLost: (reason) => lost.abort(reason) })
  try {
    return await work(AbortSignal.any([signal, lost.signal]))
  } finally {
    await lock.release()
  }
}
