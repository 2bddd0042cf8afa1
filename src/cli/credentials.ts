import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import type { Context } from './context.ts'
import { CliError, EXIT } from './exit-code.ts'

/** What `omni2 login` keeps: a token for each address, and which address is talked to when none is named. */
const Credentials = z.object({ current: z.string().optional(), tokens: z.record(z.string(), z.string()) })
export type Credentials = z.infer<typeof Credentials>

const NONE: Credentials = { tokens: {} }

type Env = Context['env']

export const credentialsFile = (env: Env): string =>
  path.join(env.XDG_CONFIG_HOME || path.join(env.HOME || homedir(), '.config'), 'omni2', 'credentials.json')

/** Nothing when nobody signed in yet. @throws CliError when the file is damaged. */
export async function readCredentials(env: Env): Promise<Credentials> {
  const file = credentialsFile(env)
  try {
    return Credentials.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return NONE
    throw new CliError(EXIT.failed, `${file} cannot be used`, {
      cause,
      hints: ['Remove it and sign in again with: omni2 login'],
    })
  }
}

export async function addCredentials(env: Env, url: string, token: string): Promise<void> {
  const { tokens } = await readCredentials(env)
  await write(env, { current: url, tokens: { ...tokens, [url]: token } })
}

/** False when there were none for `url`. */
export async function removeCredentials(env: Env, url: string): Promise<boolean> {
  const { current, tokens } = await readCredentials(env)
  if (!(url in tokens)) return false
  const { [url]: _, ...others } = tokens
  await write(env, { ...(current !== undefined && current !== url ? { current } : {}), tokens: others })
  return true
}

/** Whole or not at all, and never readable by others, not even for a moment. */
async function write(env: Env, credentials: Credentials): Promise<void> {
  const file = credentialsFile(env)
  const temporary = `${file}.${process.pid}.tmp`
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  try {
    await writeFile(temporary, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}
