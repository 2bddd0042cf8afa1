import { link, open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Resolves once what was written to a file, or renamed within a folder, survives a power cut. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Gives the whole file `temporary` its name, durably, unless the name is taken: false then, and `temporary` is gone.
 * A hard link, unlike a rename, fails when the name is taken; where there are none, a rename is next best.
 */
export async function publish(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path)
    await unlink(temporary)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      await unlink(temporary)
      return false
    }
    await rename(temporary, path)
  }
  await syncToDisk(dirname(path))
  return true
}

/** The code of a failed system call, such as `ENOENT`. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
