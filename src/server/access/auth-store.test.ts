import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { FakeClock, settle } from '../../../test/support/fakes.ts'
import { MemoryTokens } from '../../../test/support/memory-tokens.ts'
import { AppError } from '../../core/errors.ts'
import { openStore } from '../../store/open-store.ts'
import { openVault } from '../../store/vault.ts'
import { Auth } from './auth.ts'
import { bootstrap } from './bootstrap.ts'
import { TokenBook } from './token-book.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** One process over the database in `dataDir`. */
async function processOn(dataDir: string) {
  const vault = await openVault({ dataDir, secretKey: undefined })
  const store = await openStore({ databaseUrl: undefined, dataDir, vault })
  closing.push(() => store.close())
  const clock = new FakeClock()
  const errors: unknown[] = []
  const book = new TokenBook({ store, clock, onError: (error) => errors.push(error) })
  const auth = new Auth({ book, clock })
  await book.refresh()
  const bearer = (secret: string) => auth.authenticate({ authorization: `Bearer ${secret}`, session: undefined }, 'a')
  return { store, clock, errors, book, auth, bearer }
}

async function dataFolder() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-auth-'))
  closing.push(() => rm(dataDir, { recursive: true }))
  return dataDir
}

test('tokens, sessions and codes work over a real database and outlive the process', async () => {
  const dataDir = await dataFolder()
  const first = await processOn(dataDir)
  const shown = await bootstrap(first.book, first.auth, undefined)
  const { secret, principal } = await first.auth.signIn(shown?.signInCode ?? '', 'a')

  const second = await processOn(dataDir)
  expect(await bootstrap(second.book, second.auth, undefined)).toBeUndefined()
  expect(await second.bearer(shown?.adminToken ?? '')).toMatchObject({ role: 'admin', name: 'admin' })
  expect(await second.auth.authenticate({ authorization: undefined, session: secret }, 'a')).toEqual(principal)
  await expect(second.auth.signIn(shown?.signInCode ?? '', 'a')).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('a token made by another process works at once, and one deleted there ends with its sessions', async () => {
  const dataDir = await dataFolder()
  const running = await processOn(dataDir)
  const commandLine = await processOn(dataDir)
  const { secret, token } = await commandLine.book.create({ kind: 'api', name: 'made on the host', role: 'operator' })
  expect(await running.bearer(secret)).toMatchObject({ name: 'made on the host', role: 'operator' })
  const session = await running.auth.signIn(secret, 'a')

  await commandLine.book.refresh()
  await commandLine.book.remove(token.id)
  await running.book.refresh()
  expect(await running.bearer(secret)).toBeUndefined()
  expect(await running.auth.authenticate({ authorization: undefined, session: session.secret }, 'a')).toBeUndefined()
  expect(await running.store.tokens()).toEqual([])
  await settle()
  expect(running.errors).toEqual([])
})

test('while nothing can be stored, tokens are neither made nor ended, and nobody waits to hear so', async () => {
  const outage = new AppError('unavailable', 'The database takes too long to answer')
  const store = new MemoryTokens()
  const book = new TokenBook({ store, clock: new FakeClock(), outage: () => outage, onError: () => {} })
  await expect(book.create({ kind: 'api', name: 'late', role: 'viewer' })).rejects.toBe(outage)
  await expect(book.remove(1)).rejects.toBe(outage)
  expect(await store.tokens()).toEqual([])
})
