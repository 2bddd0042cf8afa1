import { constants, type Stats } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { FolderFacts } from './folder.ts'

/** Looks at the data folder and changes nothing. */
export async function readFolder(dataDir: string): Promise<FolderFacts> {
  const folder = await statOf(dataDir)
  const existing = folder ? dataDir : await nearestFolder(path.resolve(dataDir))
  const { bavail, bsize } = await statfs(existing)
  return {
    path: dataDir,
    folder: folder && { isDirectory: folder.isDirectory(), mode: folder.mode },
    writable: await isWritable(existing),
    databaseMode: (await statOf(path.join(dataDir, 'omni2.db')))?.mode,
    keyMode: (await statOf(path.join(dataDir, 'omni2.key')))?.mode,
    freeBytes: bavail * bsize,
  }
}

/** Undefined for what is not there, or is hidden from this user. */
const statOf = (file: string): Promise<Stats | undefined> => stat(file).catch(() => undefined)

async function nearestFolder(missing: string): Promise<string> {
  const parent = path.dirname(missing)
  return parent === missing || (await statOf(parent)) ? parent : nearestFolder(parent)
}

const isWritable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
