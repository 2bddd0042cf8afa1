import { randomBytes, scrypt } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Secret } from '../core/config/secret.ts'
import { AppError } from '../core/errors.ts'
import { ensureDataDir } from './data-dir.ts'
import { codeOf, publish } from './durable-file.ts'

const KEY_BYTES = 32
/** One for all installations: two processes with the same text must get the same key, and nothing else is shared. */
const SALT = 'omni2 secret key v1'
const scryptAsync = promisify<string, string, number, Buffer>(scrypt)

/** The key that `text` stands for: 32 bytes in base64 as they are, any other text through scrypt. */
export async function keyFromText(text: Secret): Promise<Buffer> {
  const value = text.reveal()
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(value) ? Buffer.from(value, 'base64') : undefined
  return bytes?.length === KEY_BYTES ? bytes : await scryptAsync(value, SALT, KEY_BYTES)
}

/**
 * The key in `omni2.key` of the data directory, made on first use unless it must exist.
 * @throws AppError 'unavailable' when there is no using it.
 */
export async function keyFromFile(
  dataDir: string,
  { mustExist = false }: { readonly mustExist?: boolean | undefined } = {},
): Promise<Buffer> {
  await ensureDataDir(dataDir)
  const path = join(dataDir, 'omni2.key')
  const known = await readKey(path)
  if (known === undefined && mustExist) {
    throw new AppError(
      'unavailable',
      `The key that its credentials were stored with is missing: copy omni2.key from where they were stored to ${path}, or set OMNI2_SECRET_KEY as it was there.`,
    )
  }
  const key = Buffer.from(known ?? (await makeKey(path)), 'base64')
  if (key.length === KEY_BYTES) return key
  throw new AppError('unavailable', `${path} does not hold a key of ours: restore it from a backup`)
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new AppError('unavailable', `The key file ${path} cannot be read (${codeOf(cause)})`, { cause })
  }
}

/** Whole or not at all, and never over a key that another process made meanwhile. */
async function makeKey(path: string): Promise<string> {
  const text = `${randomBytes(KEY_BYTES).toString('base64')}\n`
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeDurably(temporary, text)
    await publish(temporary, path)
  } catch (cause) {
    throw new AppError('unavailable', `The key file ${path} cannot be made (${codeOf(cause)})`, { cause })
  }
  return (await readKey(path)) ?? text
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}
