import { constants, existsSync } from 'node:fs'
import { chmod, copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Vault } from '../../core/ports.ts'
import { EPOCH_SETTING } from '../../core/watch/epoch.ts'
import type { Database } from '../database.ts'
import { faultOf } from '../database-fault.ts'
import { codeOf } from '../durable-file.ts'
import { migrate, refuseNewer, schemaVersion } from '../migrations.ts'
import { openScratch, withDatabase } from '../open-database.ts'
import { SqlStore } from '../sql-store.ts'
import { countRows, type RowCounts } from './copy-rows.ts'
import { findDamage } from './damage.ts'
import type { Watching } from './progress.ts'

type Options = Watching & {
  readonly file: string
  readonly dataDir: string
  /** Asked for only when the backup holds something sealed. */
  readonly vault: () => Promise<Vault>
}

export type Staged = {
  readonly path: string
  readonly rows: RowCounts
  /** Migrations that the backup lacked. */
  readonly migrated: readonly string[]
}

/**
 * Makes a copy of a backup, in the data directory, that this version of Omni2 could start on: whole, of today's schema,
 * all of it readable with the key at hand, and nobody signed in. Its maker removes it. @throws AppError saying why not.
 */
export async function stageBackup({ file, dataDir, vault, onProgress, signal }: Options): Promise<Staged> {
  const path = join(dataDir, 'omni2.db.restoring')
  await removeStaged(path)
  await copy(file, path)
  onProgress({ doing: 'checking' })
  try {
    return await withDatabase(openScratch(path), async (database) => {
      await refuseUnfit(database)
      const migrated = await migrate(database.db, database.dialect)
      // Who signed out since would be signed in again.
      await database.db.deleteFrom('token').where('kind', 'in', ['session', 'sign_in_code']).execute()
      // Events that were told under the same numbers are no more.
      await database.db.deleteFrom('setting').where('key', '=', EPOCH_SETTING).execute()
      const rows = await countRows(database)
      signal.throwIfAborted()
      if (rows.get('server')) await new SqlStore({ database, vault: await vault() }).loadServers()
      return { path, rows, migrated }
    })
  } catch (error) {
    await removeStaged(path)
    throw notRestored(file, error)
  }
}

export async function removeStaged(path: string): Promise<void> {
  for (const end of ['', '-wal', '-shm']) await rm(path + end, { force: true })
}

function notRestored(file: string, error: unknown): unknown {
  const cause = error instanceof AppError ? error.cause : error
  if (cause instanceof Error && faultOf(cause)?.kind === 'damaged') {
    return new AppError('unavailable', `${file} was not restored. ${damagedBackup(cause.message)}`, { cause })
  }
  return error instanceof AppError
    ? new AppError(error.code, `${file} was not restored. ${error.message}`, { cause })
    : error
}

const damagedBackup = (how: string) => `It is damaged or no backup (${how}): try another one.`

/** With what was not yet written into it, should it be a database that was copied while it was in use. */
async function copy(file: string, path: string): Promise<void> {
  try {
    for (const end of existsSync(`${file}-wal`) ? ['', '-wal'] : ['']) {
      await copyFile(file + end, path + end, constants.COPYFILE_FICLONE)
      await chmod(path + end, 0o600)
    }
  } catch (cause) {
    await removeStaged(path)
    const missing = codeOf(cause) === 'ENOENT'
    throw new AppError(
      missing ? 'not_found' : 'unavailable',
      missing ? `There is no file ${file}` : `${file} cannot be copied into the data directory (${codeOf(cause)})`,
      { cause },
    )
  }
}

async function refuseUnfit(database: Database): Promise<void> {
  const [damage] = await findDamage(database)
  if (damage !== undefined) throw new AppError('unavailable', damagedBackup(damage))
  const version = await schemaVersion(database.db, database.dialect)
  refuseNewer(version)
  if (version.applied.length === 0) {
    throw new AppError('invalid_input', 'It holds no Omni2: give a file that omni2 backup wrote.')
  }
}
