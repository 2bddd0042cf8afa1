import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addCredentials, credentialsFile, readCredentials, removeCredentials } from './credentials.ts'

let env: { XDG_CONFIG_HOME: string }

beforeEach(async () => {
  env = { XDG_CONFIG_HOME: await mkdtemp(path.join(tmpdir(), 'omni2-credentials-')) }
})
afterEach(() => rm(env.XDG_CONFIG_HOME, { recursive: true }))

test('nobody signed in yet is no failure', async () => {
  expect(await readCredentials(env)).toEqual({ tokens: {} })
  expect(await removeCredentials(env, 'http://a')).toBe(false)
})

test('a token is kept for its address, readable by its owner only', async () => {
  await addCredentials(env, 'http://a', 't1')
  await addCredentials(env, 'http://b', 't2')
  expect(await readCredentials(env)).toEqual({ current: 'http://b', tokens: { 'http://a': 't1', 'http://b': 't2' } })
  expect((await stat(credentialsFile(env))).mode & 0o777).toBe(0o600)
  expect(await readdir(path.dirname(credentialsFile(env)))).toEqual(['credentials.json'])
})

test('a file that others could read is closed by the next sign-in', async () => {
  await addCredentials(env, 'http://a', 't1')
  await writeFile(credentialsFile(env), '{"tokens":{}}', { mode: 0o644 })
  await addCredentials(env, 'http://a', 't1')
  expect((await stat(credentialsFile(env))).mode & 0o777).toBe(0o600)
})

test('signing out forgets one address, and no longer talks to it', async () => {
  await addCredentials(env, 'http://a', 't1')
  await addCredentials(env, 'http://b', 't2')
  expect(await removeCredentials(env, 'http://b')).toBe(true)
  expect(await readCredentials(env)).toEqual({ tokens: { 'http://a': 't1' } })
})

test('a damaged file is told with what to do', async () => {
  await addCredentials(env, 'http://a', 't1')
  await writeFile(credentialsFile(env), '{')
  await expect(readCredentials(env)).rejects.toMatchObject({ hints: [expect.stringContaining('omni2 login')] })
})
