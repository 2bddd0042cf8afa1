import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { storeContract } from '../../test/support/store-contract.ts'
import { aDeletion, aServer, plantedSecrets, saved, told } from '../../test/support/store-samples.ts'
import { serverId } from '../core/ids.ts'
import { openSqlite } from './database.ts'
import { openStore } from './open-store.ts'
import { SqlStore } from './sql-store.ts'
import { AesVault } from './vault.ts'

const made: string[] = []
async function newHome() {
  const dataDir = await mkdtemp(join(tmpdir(), 'omni2-store-'))
  made.push(dataDir)
  return { databaseUrl: undefined, dataDir }
}
afterEach(async () => {
  for (const dataDir of made.splice(0)) await rm(dataDir, { recursive: true, force: true })
})

const vault = new AesVault(Buffer.alloc(32, 1))

storeContract('SQLite', newHome)

test('no byte in the data directory tells a secret', async () => {
  const home = await newHome()
  const store = await openStore({ ...home, vault })
  const { secrets, configs } = plantedSecrets()
  await store.commit(configs.map((config, index) => saved(aServer(serverId(index + 1), config))))
  const read = async () => {
    const files = await readdir(home.dataDir)
    return Buffer.concat(await Promise.all(files.map((file) => readFile(join(home.dataDir, file)))))
  }
  const whileOpen = await read()
  await store.close()
  const all = Buffer.concat([whileOpen, await read()])
  expect(all.includes('server-1') || all.includes('http-streamable') || all.includes('timeoutMs')).toBe(true)
  for (const secret of secrets) expect(all.includes(secret), secret).toBe(false)
})

test('the data directory and the files in it are for this user only', async () => {
  const parent = await newHome()
  const dataDir = join(parent.dataDir, 'deep', 'data')
  const store = await openStore({ databaseUrl: undefined, dataDir, vault })
  const modes = async (paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => (await stat(path)).mode & 0o777))
  expect(await modes([dataDir])).toEqual([0o700])
  const files = await readdir(dataDir)
  expect(files.sort()).toEqual(['omni2.db', 'omni2.db-shm', 'omni2.db-wal'])
  expect(await modes(files.map((file) => join(dataDir, file)))).toEqual([0o600, 0o600, 0o600])
  await store.close()
})

test('a file that is no database, or a damaged one, is refused with what to do', async () => {
  const home = await newHome()
  const file = join(home.dataDir, 'omni2.db')
  await writeFile(file, 'this is no database '.repeat(1_000))
  const refusal = { code: 'unavailable', message: expect.stringMatching(/omni2\.db cannot be used\..*damaged.*backup/) }
  await expect(openStore({ ...home, vault })).rejects.toMatchObject(refusal)

  await rm(file)
  const store = await openStore({ ...home, vault })
  await store.commit(Array.from({ length: 200 }, (_, n) => told(aDeletion(`server-${n}`))))
  await store.close()
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(8_192, 0xff), 0, 8_192, (await handle.stat()).size - 16_384)
  await handle.close()
  await expect(openStore({ ...home, vault })).rejects.toMatchObject(refusal)
})

test('a database of a newer version is refused with what to do', async () => {
  const home = await newHome()
  await (await openStore({ ...home, vault })).close()
  const db = new DatabaseSync(join(home.dataDir, 'omni2.db'))
  db.exec("insert into kysely_migration values ('2999-01-01-later', '2999-01-01T00:00:00.000Z')")
  db.close()
  await expect(openStore({ ...home, vault })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/newer version.*2999-01-01-later/),
  })
})

test('a row that is not what we wrote is told without its text', async () => {
  const home = await newHome()
  const store = await openStore({ ...home, vault })
  await store.commit([told(aDeletion('x'))])
  const db = new DatabaseSync(join(home.dataDir, 'omni2.db'))
  db.exec(`update event set body = '{"secret-text":'`)
  db.close()
  const reading = store.events({ sinceSeq: 0, limit: 1 })
  await expect(reading).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('event 1') })
  await expect(reading).rejects.not.toThrow('secret-text')
  await store.close()
})

test('while another process holds the write lock, writes wait and then say when to try again', async () => {
  const home = await newHome()
  const store = await openStore({ ...home, vault, busyTimeoutMs: 20 })
  const other = new DatabaseSync(join(home.dataDir, 'omni2.db'))
  other.exec('begin immediate')
  await expect(store.commit([told(aDeletion('x'))])).rejects.toMatchObject({
    code: 'unavailable',
    retryAfterMs: expect.any(Number),
  })
  await expect(store.eventRange()).resolves.toEqual({ oldest: 1, newest: 0 })
  other.exec('rollback')
  other.close()
  expect(await store.commit([told(aDeletion('x'))])).toMatchObject([{ seq: 1 }])
  await store.close()
})

test('a full database rejects the commit and keeps what was there', async () => {
  const home = await newHome()
  await (await openStore({ ...home, vault })).close()
  const database = await openSqlite({ file: join(home.dataDir, 'omni2.db'), busyTimeoutMs: 0 })
  await sql`pragma max_page_count = 50`.execute(database.db)
  const store = new SqlStore({ database, vault })
  await store.commit([told(aDeletion('before'))])
  await expect(store.commit([told(aDeletion('x'.repeat(500_000)))])).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('full'),
  })
  expect(await store.commit([told(aDeletion('after'))])).toMatchObject([{ seq: 2 }])
  await store.close()
})
