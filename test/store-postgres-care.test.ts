import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../src/core/config/secret.ts'
import type { ServerId } from '../src/core/ids.ts'
import type { Change } from '../src/core/ports.ts'
import { writeBackup } from '../src/store/care/backup.ts'
import { copyToPostgres } from '../src/store/care/copy-to-postgres.ts'
import type { Progress } from '../src/store/care/progress.ts'
import { databaseStatus } from '../src/store/care/status.ts'
import { migrate } from '../src/store/migrations.ts'
import { openDatabase, withDatabase } from '../src/store/open-database.ts'
import { openStore } from '../src/store/open-store.ts'
import { TABLE_KEYS } from '../src/store/schema.ts'
import { AesVault } from '../src/store/vault.ts'
import { findPostgres, type Postgres, startPostgres } from './support/postgres.ts'
import { KEY, restoring, unwatched } from './support/restoring.ts'
import { contents, fill } from './support/store-care.ts'
import { A, aDeletion, aServer, aToken, at, B, checkLogged, everyEvent, saved, told } from './support/store-samples.ts'

const source = findPostgres()
const made: string[] = []
let server: Postgres | undefined
beforeAll(async () => {
  server = source && (await startPostgres(source))
})
afterAll(() => server?.stop())
afterEach(async () => {
  for (const dataDir of made.splice(0)) await rm(dataDir, { recursive: true, force: true })
})

async function newSqlite() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-care-'))
  made.push(dataDir)
  return { dataDir, databaseUrl: undefined }
}
async function newPostgres() {
  if (!server) throw new Error('PostgreSQL was not started')
  return { ...(await newSqlite()), databaseUrl: new Secret(await server.freshDatabase()) }
}
const vault = new AesVault(KEY)

describe.skipIf(source === undefined)('with a PostgreSQL server', () => {
  test('a copy holds all that SQLite held, and numbers go on in it', async () => {
    const home = await newSqlite()
    const store = await openStore({ ...home, vault })
    await fill(store)
    const before = await contents(store)
    await store.close()
    const { databaseUrl: to } = await newPostgres()
    const tables = await copyToPostgres({ dataDir: home.dataDir, to, ...unwatched })
    expect(tables.find(({ table }) => table === 'event')).toMatchObject({ rows: everyEvent.length })
    const copy = await openStore({ dataDir: home.dataDir, databaseUrl: to, vault })
    expect(await contents(copy)).toEqual(before)
    expect(await copy.reserveServerIds(1)).toEqual([3])
    expect(await copy.commit([told(aDeletion('x')), checkLogged(A)])).toMatchObject([{ seq: everyEvent.length + 1 }])
    expect(await copy.saveToken(aToken({ hash: 'hash-3' }))).toMatchObject({ id: 3 })
    await copy.close()

    await expect(copyToPostgres({ dataDir: home.dataDir, to, ...unwatched })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('empty'),
    })
  })

  test('a copy holds every row of tables that are read in many pages', async () => {
    const home = await newSqlite()
    const store = await openStore({ ...home, vault })
    const spans = (serverId: ServerId) =>
      Array.from({ length: 700 }, (_, n): Change => {
        return { type: 'span_known', serverId, span: { kind: 'up', from: at(n), until: at(n + 1) } }
      })
    const long = 'x'.repeat(50_000)
    await store.commit([saved(aServer(A)), saved(aServer(B)), ...spans(A), ...spans(B)])
    await store.commit(Array.from({ length: 300 }, (_, n) => told(aDeletion(`${n}-${long}`))))
    const before = await contents(store)
    await store.close()
    const { databaseUrl: to } = await newPostgres()
    const rows = new Map<string, number[]>()
    const onProgress = (progress: Progress) => {
      if (!('table' in progress) || progress.doing !== 'copying') return
      rows.set(progress.table, [...(rows.get(progress.table) ?? []), progress.rows])
    }
    await copyToPostgres({ dataDir: home.dataDir, to, ...unwatched, onProgress })
    expect([rows.get('span')?.at(-1), rows.get('event')?.at(-1)]).toEqual([1_400, 300])
    expect([(rows.get('span')?.length ?? 0) > 1, (rows.get('event')?.length ?? 0) > 5]).toEqual([true, true])
    const copy = await openStore({ dataDir: home.dataDir, databaseUrl: to, vault })
    expect(await contents(copy)).toEqual(before)
    await copy.close()
  })

  test('a copy that is given up leaves the target empty, and can be made again', async () => {
    const home = await newSqlite()
    const store = await openStore({ ...home, vault })
    await fill(store)
    await store.close()
    const target = await newPostgres()
    const stop = new AbortController()
    const onProgress = ({ doing }: { doing: string }) => {
      if (doing === 'verifying') stop.abort(new Error('enough'))
    }
    const to = target.databaseUrl
    await expect(copyToPostgres({ dataDir: home.dataDir, to, onProgress, signal: stop.signal })).rejects.toThrow(
      'enough',
    )
    const { rows, damage } = await databaseStatus(target)
    expect([rows?.get('server'), rows?.get('event'), damage]).toEqual([0, 0, []])
    expect(await copyToPostgres({ dataDir: home.dataDir, to, ...unwatched })).toHaveLength(
      Object.keys(TABLE_KEYS).length,
    )
  })

  test('what arrives changed is not kept', async () => {
    const home = await newSqlite()
    const store = await openStore({ ...home, vault })
    await fill(store)
    await store.close()
    const target = await newPostgres()
    await withDatabase(openDatabase(target), ({ db, dialect }) => migrate(db, dialect))
    await query(
      target.databaseUrl,
      'create function spoil() returns trigger language plpgsql as $$ begin new.at = new.at + 1; return new; end $$',
    )
    await query(
      target.databaseUrl,
      'create trigger spoil before insert on event for each row when (new.seq = 4) execute function spoil()',
    )
    await expect(copyToPostgres({ dataDir: home.dataDir, to: target.databaseUrl, ...unwatched })).rejects.toMatchObject(
      {
        message: expect.stringContaining(`What arrived in event is not what was read: ${everyEvent.length} rows`),
      },
    )
    expect((await databaseStatus(target)).rows?.get('server')).toBe(0)
  })

  test('a restore asks before it deletes, and changes nothing when that may not be', async () => {
    const home = await newPostgres()
    const store = await openStore({ ...home, vault })
    await fill(store)
    const file = path.join(home.dataDir, 'backup.db')
    await writeBackup({ home, file, force: false, ...unwatched })
    await store.commit([told(aDeletion('later'))])
    const before = await contents(store)
    const asked: (number | undefined)[] = []
    const mayReplace = (answer: boolean) => async (rows: ReadonlyMap<string, number>) => {
      asked.push(rows.get('event'))
      return answer
    }
    expect(await restoring(home, file, { mayReplace: mayReplace(false) })).toBeUndefined()
    expect(await contents(store)).toEqual(before)
    expect(await restoring(home, file, { mayReplace: mayReplace(true) })).toMatchObject({ aside: undefined })
    expect((await contents(store)).range).toEqual({ oldest: 1, newest: everyEvent.length })
    expect(asked).toEqual([everyEvent.length + 1, everyEvent.length + 1])
    expect(await readdir(home.dataDir)).toEqual(['backup.db'])
    await store.close()
  })

  // Only of a server of ours can the files be reached.
  test.skipIf(source?.kind === 'given')(
    'a page that PostgreSQL cannot read is told by status, stops a backup and is a fault of the store',
    async () => {
      const home = await newPostgres()
      const store = await openStore({ ...home, vault })
      await store.commit(Array.from({ length: 500 }, (_, n) => told(aDeletion(`server-${n}`))))
      await store.close()
      const spoilt = { ...home, databaseUrl: await spoiltCopy(home.databaseUrl) }
      expect((await databaseStatus(spoilt)).damage.join()).toContain('invalid page')
      const file = path.join(home.dataDir, 'backup.db')
      const damaged = { code: 'unavailable', message: expect.stringContaining('restore a backup') }
      await expect(writeBackup({ home: spoilt, file, force: false, ...unwatched })).rejects.toMatchObject(damaged)
      expect(await readdir(home.dataDir)).toEqual([])
      const again = await openStore({ ...spoilt, vault })
      await expect(again.events({ sinceSeq: 0, limit: 1_000 })).rejects.toMatchObject(damaged)
      await again.ping()
      await again.close()
    },
  )
})

/** A copy of a database, one page of its events overwritten before PostgreSQL has read it. */
async function spoiltCopy(url: Secret): Promise<Secret> {
  const [copy, admin] = [new URL(url.reveal()), new URL(url.reveal())]
  const name = copy.pathname.slice(1)
  copy.pathname = `/${name}_copy`
  admin.pathname = '/postgres'
  const one = async (where: URL, text: string) => Object.values((await query(new Secret(where.href), text))[0] ?? {})
  const [folder = '', file = '', oid = ''] = await one(
    new URL(url.reveal()),
    "select current_setting('data_directory'), pg_relation_filepath('event'), oid from pg_database where datname = current_database()",
  )
  await query(new Secret(admin.href), `create database ${name}_copy template ${name} strategy file_copy`)
  const [copyOid = ''] = await one(admin, `select oid from pg_database where datname = '${name}_copy'`)
  const handle = await open(path.join(folder, file.replace(`/${oid}/`, `/${copyOid}/`)), 'r+')
  await handle.write(Buffer.alloc(8_192, 0xff), 0, 8_192, 8_192)
  await handle.close()
  return new Secret(copy.href)
}

async function query(url: Secret, text: string): Promise<Record<string, string>[]> {
  const client = new pg.Client({ connectionString: url.reveal() })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
