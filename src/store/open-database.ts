import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Secret } from '../core/config/secret.ts'
import { AppError } from '../core/errors.ts'
import { type Database, openPostgres, openSqlite } from './database.ts'
import { asAppError } from './database-fault.ts'

/** Where everything is kept. */
export type Home = {
  /** `postgres://...`; absent: the SQLite file `omni2.db` in the data directory. */
  readonly databaseUrl?: Secret | undefined
  readonly dataDir: string
}

type Options = {
  /** How long a write waits for another process's write to SQLite. */
  readonly busyTimeoutMs?: number
  /** For work on the whole of it: PostgreSQL gets all the time it needs for a statement. */
  readonly patient?: boolean
  /** Told when it can never be asked again: SQLite's thread died. PostgreSQL may always come back. */
  readonly onLost?: (reason: AppError) => void
}

const BUSY_TIMEOUT_MS = 5_000

export const databaseFile = (dataDir: string): string => join(dataDir, 'omni2.db')

/** Opens the database whatever its schema is; a SQLite file is made. @throws AppError 'unavailable' when it is damaged. */
export async function openDatabase({ databaseUrl, dataDir }: Home, options: Options = {}): Promise<Database> {
  return databaseUrl ? openPostgres(databaseUrl, options) : await openFile(databaseFile(dataDir), options)
}

/** A file nobody else knows yet, which is thrown away when anything fails. @throws SqliteError when it is no database. */
export const openScratch = (file: string): Promise<Database> =>
  openSqlite({ file, busyTimeoutMs: BUSY_TIMEOUT_MS, purpose: 'scratch' })

/** As it is, damaged or not, to look at only. */
export const openToLook = ({ databaseUrl, dataDir }: Home): Promise<Database> =>
  databaseUrl
    ? openDatabase({ databaseUrl, dataDir }, { patient: true })
    : openSqlite({ file: databaseFile(dataDir), busyTimeoutMs: BUSY_TIMEOUT_MS, purpose: 'look' })

async function openFile(file: string, { busyTimeoutMs = BUSY_TIMEOUT_MS, onLost }: Options): Promise<Database> {
  try {
    // Made before SQLite makes it, so that it and its -wal and -shm, which copy its mode, are for this user only.
    await (await open(file, 'a', 0o600)).close()
    return await openSqlite({ file, busyTimeoutMs }, onLost)
  } catch (cause) {
    throw unusable(file, cause)
  }
}

/** Does `work` on a database and closes it. @throws AppError for what the database refuses. */
export async function withDatabase<T>(
  opening: Promise<Database>,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await opening
  try {
    return await work(database)
  } catch (error) {
    throw asAppError(error)
  } finally {
    await database.close()
  }
}

/** What is wrong with the file, in words. */
export function unusable(file: string, cause: unknown): AppError {
  const known = asAppError(cause)
  const why = known instanceof Error ? known.message : String(known)
  return new AppError('unavailable', `${file} cannot be used. ${why}`, { cause })
}
