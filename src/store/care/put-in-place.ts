import { existsSync } from 'node:fs'
import { copyFile, link, rename, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../core/errors.ts'
import { faultOf } from '../database-fault.ts'
import { codeOf, syncToDisk } from '../durable-file.ts'
import { databaseFile } from '../open-database.ts'

/**
 * Gives the file `staged` the name of the SQLite database in `dataDir`; the one before gets the name `aside`. A crash at
 * any point leaves one or the other, whole. False when there was none before.
 * @throws AppError 'conflict' while another program uses it.
 */
export async function putInPlace(staged: string, dataDir: string, aside: string): Promise<boolean> {
  const file = databaseFile(dataDir)
  await syncToDisk(staged)
  const present = await setAside(file, aside)
  // They must not be taken for parts of what comes.
  for (const end of [...UNSETTLED, '-shm']) await rm(file + end, { force: true })
  await rename(staged, file)
  await syncToDisk(dataDir)
  return present
}

/** Files beside the database in which a crash may have left what is not in it yet, or is to be undone in it. */
const UNSETTLED = ['-wal', '-journal']

/** Those first: SQLite throws them away with a database that it cannot read. */
async function setAside(file: string, aside: string): Promise<boolean> {
  for (const end of UNSETTLED) if (existsSync(file + end)) await keep(file + end, aside + end)
  if (!existsSync(file)) return false
  let settled = true
  try {
    settled = settle(file)
  } finally {
    if (settled) for (const end of UNSETTLED) await rm(aside + end, { force: true })
  }
  await keep(file, aside)
  return true
}

/** Takes what those files hold into the database itself; false when it is too damaged for that. */
function settle(file: string): boolean {
  const database = new DatabaseSync(file, { open: false, timeout: 0 })
  try {
    database.open()
    database.exec('pragma journal_mode = delete')
    return true
  } catch (cause) {
    const fault = faultOf(cause)
    if (fault?.kind !== 'unavailable' || !fault.passing) return false
    throw new AppError('conflict', `${file} was not replaced. ${fault.why}.`, { cause })
  } finally {
    if (database.isOpen) database.close()
  }
}

/** A second name, or a copy where files have only one. */
async function keep(file: string, aside: string): Promise<void> {
  try {
    await link(file, aside)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error
    await copyFile(file, aside)
    await syncToDisk(aside)
  }
}
