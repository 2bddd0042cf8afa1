import { AppError } from '../../core/errors.ts'
import type { Database } from '../database.ts'
import { migrate, schemaVersion } from '../migrations.ts'
import { type Home, openDatabase, withDatabase } from '../open-database.ts'
import { type CopiedTable, copyRows, countRows, type RowCounts } from './copy-rows.ts'
import type { Watching } from './progress.ts'

type Options = Watching & {
  /** Of today's schema. */
  readonly source: Database
  readonly target: Home
  /** Whether what the target holds may go. Not asked when it holds nothing. */
  readonly mayReplace: (rows: RowCounts) => Promise<boolean>
}

/**
 * Puts what `source` holds in the place of what is in `target`, in one transaction, and compares it there. Undefined,
 * with nothing changed, when that may not go.
 */
export const replaceRows = ({
  source,
  target,
  mayReplace,
  ...watching
}: Options): Promise<readonly CopiedTable[] | undefined> =>
  withDatabase(openDatabase(target, { patient: true }), async (database) => {
    const { unknown } = await schemaVersion(database.db, database.dialect)
    if (unknown.length > 0) throw newer()
    const present = await countRows(database)
    if (holdsData(present) && !(await mayReplace(present))) return undefined
    await migrate(database.db, database.dialect)
    return await copyRows(source, database, watching)
  })

const newer = () =>
  new AppError('conflict', 'The PostgreSQL database was written by a newer version of Omni2: use an empty one instead')

/** A database that Omni2 was never started on has its counters and nothing else. */
const holdsData = (rows: RowCounts): boolean => [...rows].some(([table, count]) => table !== 'counter' && count > 0)
