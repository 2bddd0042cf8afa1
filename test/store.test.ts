import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../src/core/config/secret.ts'
import type { AppError } from '../src/core/errors.ts'
import { serverId } from '../src/core/ids.ts'
import { acquireLock } from '../src/store/lock.ts'
import { openStore } from '../src/store/open-store.ts'
import { LOCK_ID } from '../src/store/postgres-lock.ts'
import { AesVault } from '../src/store/vault.ts'
import { findPostgres, type Postgres, startPostgres } from './support/postgres.ts'
import { storeContract } from './support/store-contract.ts'
import { crashTest, lockCrashTest, restoreCrashTest } from './support/store-crash.ts'
import { aServer, plantedSecrets, saved } from './support/store-samples.ts'

const source = findPostgres()
const vault = new AesVault(Buffer.alloc(32, 1))
const made: string[] = []

async function newDataDir() {
  const dataDir = await mkdtemp(join(tmpdir(), 'omni2-store-'))
  made.push(dataDir)
  return dataDir
}
afterEach(async () => {
  for (const dataDir of made.splice(0)) await rm(dataDir, { recursive: true, force: true })
})

crashTest('SQLite', async () => ({ databaseUrl: undefined, dataDir: await newDataDir() }))
lockCrashTest('SQLite', async () => ({ databaseUrl: undefined, dataDir: await newDataDir() }))
restoreCrashTest('SQLite', async () => ({ databaseUrl: undefined, dataDir: await newDataDir() }))

describe.skipIf(source === undefined)('with a PostgreSQL server', () => {
  let server: Postgres | undefined
  beforeAll(async () => {
    if (source) server = await startPostgres(source)
  })
  afterAll(async () => {
    await server?.stop()
  })
  async function newHome() {
    if (!server) throw new Error('PostgreSQL was not started')
    return { databaseUrl: new Secret(await server.freshDatabase()), dataDir: await newDataDir() }
  }

  storeContract('PostgreSQL', newHome)
  crashTest('PostgreSQL', newHome)
  lockCrashTest('PostgreSQL', newHome)
  restoreCrashTest('PostgreSQL', newHome)

  test('no row in PostgreSQL tells a secret', async () => {
    const home = await newHome()
    const store = await openStore({ ...home, vault })
    const { secrets, configs } = plantedSecrets()
    await store.commit(configs.map((config, index) => saved(aServer(serverId(index + 1), config))))
    await store.close()
    const { rows } = await query(home.databaseUrl, 'select server::text as text from server')
    const all = rows.map((row) => row.text).join(' ')
    expect(all).toContain('timeoutMs')
    for (const secret of secrets) expect(all).not.toContain(secret)
  })

  test('a database of a newer version is refused with what to do', async () => {
    const home = await newHome()
    await (await openStore({ ...home, vault })).close()
    await query(
      home.databaseUrl,
      "insert into kysely_migration values ('2999-01-01-later', '2999-01-01T00:00:00.000Z')",
    )
    await expect(openStore({ ...home, vault })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/newer version.*2999-01-01-later/),
    })
  })

  test('connections that PostgreSQL ends are made anew', async () => {
    const home = await newHome()
    const store = await openStore({ ...home, vault })
    await query(
      home.databaseUrl,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'omni2'",
    )
    await expect
      .poll(() =>
        store.ping().then(
          () => 'answers',
          () => 'lost',
        ),
      )
      .toBe('answers')
    await store.close()
  })

  test('a lock whose connection was lost is taken again', async () => {
    const home = await newHome()
    const lock = await acquireLock({ ...home, onLost: () => undefined })
    const [first] = await lockHolders(home.databaseUrl)
    await query(home.databaseUrl, `select pg_terminate_backend(${first})`)
    const others = async () => (await lockHolders(home.databaseUrl)).filter((pid) => pid !== first)
    await expect.poll(others, { timeout: 5_000 }).toHaveLength(1)
    await lock.release()
    expect(await others()).toEqual([])
  })

  test('a lock that another took meanwhile is told as lost', async () => {
    const home = await newHome()
    const lost = Promise.withResolvers<AppError>()
    const lock = await acquireLock({ ...home, onLost: lost.resolve })
    const [held] = await lockHolders(home.databaseUrl)
    const next = new pg.Client({ connectionString: home.databaseUrl.reveal() })
    await next.connect()
    const taken = next.query(`select pg_advisory_lock(${LOCK_ID})`)
    await expect.poll(() => lockHolders(home.databaseUrl, false)).toHaveLength(1)
    await query(home.databaseUrl, `select pg_terminate_backend(${held})`)
    await taken
    expect(await lost.promise).toMatchObject({ code: 'conflict' })
    await next.end()
    await lock.release()
  })

  test('a database that does not exist is named as the cause', async () => {
    const home = await newHome()
    const databaseUrl = new Secret(home.databaseUrl.reveal().replace(/\/omni2_test_\w+/, '/nowhere'))
    await expect(openStore({ ...home, databaseUrl, vault })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('no such database'),
    })
  })
})

test('a PostgreSQL that cannot be reached is unavailable, and its password is not told', async () => {
  const databaseUrl = new Secret('postgres://user:pass-word@127.0.0.1:1/db')
  const opening = openStore({ databaseUrl, dataDir: await newDataDir(), vault })
  await expect(opening).rejects.toMatchObject({
    code: 'unavailable',
    retryAfterMs: expect.any(Number),
    message: expect.not.stringContaining('pass-word'),
  })
})

async function query(url: Secret, text: string) {
  const client = new pg.Client({ connectionString: url.reveal() })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

async function lockHolders(url: Secret, granted = true): Promise<readonly number[]> {
  const here = 'database = (select oid from pg_database where datname = current_database())'
  const { rows } = await query(
    url,
    `select pid from pg_locks where locktype = 'advisory' and granted = ${granted} and ${here}`,
  )
  return rows.map((row) => Number(row.pid))
}
