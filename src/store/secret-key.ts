import { randomBytes, scrypt } from 'node:crypto'
import { link, open, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Secret } from '../core/config/secret.ts'
import { AppError } from '../core/errors.ts'
import { ensureDataDir } from './data-dir.ts'

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

/** The key in `omni2.key` of the data directory, made on first use. @throws AppError 'unavailable' when there is no using it. */
export async function keyFromFile(dataDir: string): Promise<Buffer> {
  await ensureDataDir(dataDir)
  const path = join(dataDir, 'omni2.key')
  const key = Buffer.from((await readKey(path)) ?? (await makeKey(path, dataDir)), 'base64')
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
async function makeKey(path: string, dataDir: string): Promise<string> {
  const text = `${randomBytes(KEY_BYTES).toString('base64')}\n`
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeDurably(temporary, text)
    await publish(temporary, path)
    await syncDirectory(dataDir)
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

/** A hard link, unlike a rename, fails when the name is taken; where there are none, a rename is next best. */
async function publish(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return await rename(temporary, path)
  }
  await unlink(temporary)
}

async function syncDirectory(dataDir: string): Promise<void> {
  const directory = await open(dataDir, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
