import type { Secret } from '../../core/config/secret.ts'
import { AppError } from '../../core/errors.ts'
import { refuseNewer, schemaVersion } from '../migrations.ts'
import { openDatabase, withDatabase } from '../open-database.ts'
import type { CopiedTable } from './copy-rows.ts'
import type { Watching } from './progress.ts'
import { replaceRows } from './replace-rows.ts'

type Options = Watching & {
  /** Where the SQLite database is; its lock is held, and that of the target. */
  readonly dataDir: string
  readonly to: Secret
}

/**
 * Copies everything into an empty PostgreSQL database, in one transaction, and compares it there.
 * @throws AppError 'conflict' when that one holds something, 'unavailable' when either cannot be used.
 */
export const copyToPostgres = ({ dataDir, to, ...watching }: Options): Promise<readonly CopiedTable[]> =>
  withDatabase(openDatabase({ dataDir }), async (source) => {
    const version = await schemaVersion(source.db, source.dialect)
    refuseNewer(version)
    if (version.pending.length > 0) {
      throw new AppError('conflict', 'The database is not up to date: first do omni2 db migrate')
    }
    const target = { databaseUrl: to, dataDir }
    const copied = await replaceRows({ source, target, mayReplace: async () => false, ...watching })
    if (copied) return copied
    throw new AppError('conflict', 'The PostgreSQL database holds an Omni2 already: copy into an empty one')
  })
