import type { Watching } from '../../store/care/progress.ts'
import { restoreBackup } from '../../store/care/restore.ts'
import { placeOf } from '../../store/care/status.ts'
import { databaseFile } from '../../store/open-database.ts'
import { openVault } from '../../store/vault.ts'
import { loadConfig, type Sources } from '../config/config.ts'
import { stamp } from './back-up.ts'
import { alone } from './home.ts'
import { type TableRows, tableRows } from './rows.ts'

type Options = Watching & {
  readonly sources: Sources
  readonly file: string
  /** Asked when a PostgreSQL database holds data; a SQLite file is kept under another name. */
  readonly mayReplace: (database: string, tables: readonly TableRows[]) => Promise<boolean>
  /** Epoch milliseconds. */
  readonly now: () => number
}

export type RestoreReport = {
  readonly file: string
  readonly database: string
  /** Where the database from before is now; null when there was none, or on PostgreSQL. */
  readonly set_aside: string | null
  /** Migrations that the backup lacked. */
  readonly migrated: readonly string[]
  readonly tables: readonly TableRows[]
}

/** Restores a backup on Omni2's own host while it does not run. Undefined when `mayReplace` said no. */
export async function restore(options: Options): Promise<RestoreReport | undefined> {
  const { sources, file, mayReplace, now, onProgress } = options
  const config = loadConfig(sources)
  const { dataDir, secretKey } = config
  const database = placeOf(config)
  const restored = await alone(config, options.signal, (signal) =>
    restoreBackup({
      file,
      home: config,
      vault: () => openVault({ dataDir, secretKey, mustExist: true }),
      aside: `${databaseFile(dataDir)}.before-${stamp(now())}`,
      mayReplace: (rows) => mayReplace(database, tableRows(rows)),
      onProgress,
      signal,
    }),
  )
  if (restored === undefined) return undefined
  const { rows, migrated, aside } = restored
  return { file, database, set_aside: aside ?? null, migrated, tables: tableRows(rows) }
}
