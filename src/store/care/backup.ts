import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { AppError } from '../../core/errors.ts'
import { codeOf, publish, syncToDisk } from '../durable-file.ts'
import { migrate, refuseNewer, schemaVersion } from '../migrations.ts'
import { databaseFile, type Home, openDatabase, openScratch, unusable, withDatabase } from '../open-database.ts'
import { copyRows, countRows, type RowCounts } from './copy-rows.ts'
import { findDamage } from './damage.ts'
import type { Watching } from './progress.ts'

type Options = Watching & {
  readonly home: Home
  readonly file: string
  /** Replace a file of that name. */
  readonly force: boolean
}

export type Backup = { readonly bytes: number; readonly rows: RowCounts }

const BUSY_TIMEOUT_MS = 5_000
/** 4 MiB: a step takes milliseconds, and between two the signal is heard. */
const STEP_PAGES = 1_024

/**
 * Writes all that is kept, as it is at one moment, into a new SQLite file for this user only, while Omni2 goes on. The
 * file gets its name when it is whole, checked and on disk. @throws AppError 'conflict' when the name is taken,
 * 'unavailable' when the database is damaged, newer than we are, or cannot be read.
 */
export async function writeBackup({ home, file, force, ...watching }: Options): Promise<Backup> {
  if (!force && existsSync(file)) throw taken(file)
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  await makeEmpty(temporary, file)
  try {
    if (home.databaseUrl) await copyPostgres(home, temporary, watching)
    else await copyPages(databaseFile(home.dataDir), temporary, watching)
    watching.signal.throwIfAborted()
    watching.onProgress({ doing: 'checking' })
    const rows = await inspect(temporary)
    watching.signal.throwIfAborted()
    await syncToDisk(temporary)
    if (!force) {
      if (!(await publish(temporary, file))) throw taken(file)
    } else {
      await rename(temporary, file)
      await syncToDisk(dirname(file))
    }
    return { rows, bytes: (await stat(file)).size }
  } finally {
    await rm(temporary, { force: true })
  }
}

const taken = (file: string) => new AppError('conflict', `${file} exists: choose another name, or add --force`)

async function makeEmpty(temporary: string, file: string): Promise<void> {
  try {
    await (await open(temporary, 'wx', 0o600)).close()
  } catch (cause) {
    throw new AppError('unavailable', `${file} cannot be written (${codeOf(cause)})`, { cause })
  }
}

/**
 * An open read transaction holds one moment still; without it, each write of a running Omni2 makes SQLite begin anew.
 * It delays no writer: the file is in WAL mode.
 */
async function copyPages(from: string, to: string, { onProgress, signal }: Watching): Promise<void> {
  const source = new DatabaseSync(from, { open: false, timeout: BUSY_TIMEOUT_MS })
  try {
    source.open()
    source.exec('pragma query_only = on; begin')
    source.prepare('select count(*) from sqlite_schema').get()
    const pages = await backup(source, to, {
      rate: STEP_PAGES,
      progress: ({ totalPages, remainingPages }) => {
        signal.throwIfAborted()
        onProgress({ doing: 'copying', pages: totalPages - remainingPages, of: totalPages })
      },
    })
    onProgress({ doing: 'copying', pages, of: pages })
  } catch (error) {
    signal.throwIfAborted()
    throw unusable(from, error)
  } finally {
    if (source.isOpen) source.close()
  }
}

const copyPostgres = (home: Home, to: string, watching: Watching): Promise<unknown> =>
  withDatabase(openDatabase(home, { patient: true }), async (source) => {
    const version = await schemaVersion(source.db, source.dialect)
    refuseNewer(version)
    const upTo = version.applied.at(-1)
    if (upTo === undefined) throw nothingThere()
    await withDatabase(openScratch(to), async (target) => {
      await migrate(target.db, target.dialect, { upTo })
      await copyRows(source, target, watching)
    })
  })

/** What a backup holds. @throws AppError 'unavailable' unless it is whole and of a schema we know. */
const inspect = (file: string): Promise<RowCounts> =>
  withDatabase(openScratch(file), async (database) => {
    const [damage] = await findDamage(database)
    if (damage !== undefined) {
      throw new AppError('unavailable', `The database is damaged, so no backup was written: ${damage}`)
    }
    const version = await schemaVersion(database.db, database.dialect)
    refuseNewer(version)
    if (version.applied.length === 0) throw nothingThere()
    return await countRows(database)
  })

const nothingThere = () => new AppError('not_found', 'The database holds no Omni2: name the one it runs with')
