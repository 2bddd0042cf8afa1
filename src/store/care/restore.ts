import type { Vault } from '../../core/ports.ts'
import { type Home, openScratch, withDatabase } from '../open-database.ts'
import type { RowCounts } from './copy-rows.ts'
import type { Watching } from './progress.ts'
import { putInPlace } from './put-in-place.ts'
import { replaceRows } from './replace-rows.ts'
import { removeStaged, stageBackup } from './stage.ts'

type Options = Watching & {
  readonly file: string
  /** Its lock is held. */
  readonly home: Home
  readonly vault: () => Promise<Vault>
  /** Where the present SQLite file goes. */
  readonly aside: string
  /** Whether what PostgreSQL holds may go. */
  readonly mayReplace: (rows: RowCounts) => Promise<boolean>
}

export type Restored = {
  readonly rows: RowCounts
  /** Migrations that the backup lacked. */
  readonly migrated: readonly string[]
  /** The database from before; undefined when there was none, or on PostgreSQL. */
  readonly aside: string | undefined
}

/**
 * Puts a backup in the place of the present database, as a whole or not at all. Undefined when `mayReplace` said no.
 * @throws AppError when the backup cannot be used, with why, before anything is changed.
 */
export async function restoreBackup(options: Options): Promise<Restored | undefined> {
  const { file, home, vault, aside, mayReplace, signal, onProgress } = options
  const { path, rows, migrated } = await stageBackup({ file, dataDir: home.dataDir, vault, onProgress, signal })
  try {
    signal.throwIfAborted()
    if (!home.databaseUrl) {
      const moved = await putInPlace(path, home.dataDir, aside)
      return { rows, migrated, aside: moved ? aside : undefined }
    }
    const copied = await withDatabase(openScratch(path), (source) =>
      replaceRows({ source, target: home, mayReplace, signal, onProgress }),
    )
    return copied && { rows, migrated, aside: undefined }
  } finally {
    await removeStaged(path)
  }
}
