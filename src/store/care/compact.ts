import { stat } from 'node:fs/promises'
import { sql } from 'kysely'
import { databaseFile, openDatabase, withDatabase } from '../open-database.ts'

/** Sizes of the SQLite file, in bytes. */
type Compacted = { readonly before: number; readonly after: number }

/**
 * Gives the space in the SQLite file that holds nothing back to the disk; its lock is held. As much as is left is needed
 * on the disk meanwhile. @throws AppError 'unavailable' when the disk is full or the file damaged.
 */
export async function compactFile(dataDir: string): Promise<Compacted> {
  const size = async () => (await stat(databaseFile(dataDir))).size
  const before = await size()
  await withDatabase(openDatabase({ dataDir }), async ({ db }) => {
    await sql`vacuum`.execute(db)
  })
  return { before, after: await size() }
}
