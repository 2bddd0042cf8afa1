import { mkdir } from 'node:fs/promises'
import { AppError } from '../core/errors.ts'

/** Makes the data directory, for this user only, unless it is there. @throws AppError 'unavailable' when it cannot. */
export async function ensureDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('unavailable', `The data directory ${dataDir} cannot be made: ${why}`, { cause })
  }
}
