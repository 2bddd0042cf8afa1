import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Store } from '../../src/core/ports.ts'
import { writeBackup } from '../../src/store/care/backup.ts'
import { databaseStatus } from '../../src/store/care/status.ts'
import { migrate } from '../../src/store/migrations.ts'
import { openDatabase, withDatabase } from '../../src/store/open-database.ts'
import { openStore } from '../../src/store/open-store.ts'
import { AesVault } from '../../src/store/vault.ts'
import { KEY, type Restoring, restoring, unwatched } from './restoring.ts'
import type { Bench, StoreHome } from './store-contract.ts'
import {
  A,
  aDeletion,
  aServer,
  aToken,
  at,
  B,
  capabilitiesSaved,
  checkLogged,
  everyEvent,
  saved,
  sinceListed,
  stateSaved,
  told,
} from './store-samples.ts'

/** Something in every table. */
export async function fill(store: Store): Promise<void> {
  await store.reserveServerIds(2)
  await store.commit([
    saved(aServer(A)),
    saved(aServer(B, { name: 'äöü ☃' })),
    stateSaved(A),
    capabilitiesSaved(A),
    checkLogged(A),
    checkLogged(B, { responseTimeMs: 0.1 + 0.2 }, at()),
    { type: 'span_known', serverId: A, span: { kind: 'up', from: at(), until: at(5) } },
    {
      type: 'incident_opened',
      incident: { serverId: A, startedAt: at(), cause: { ...CAUSE, stages: [] }, worst: 'disconnected', cycles: 0 },
    },
    { type: 'setting_saved', key: 'retention', value: { days: 12 } },
    ...everyEvent.map((event) => told(event)),
  ])
  const { id: parentId } = await store.saveToken(aToken())
  await store.saveToken(aToken({ kind: 'session', hash: 'hash-2', parentId }))
}

const CAUSE = { code: 'timeout', stage: 'connect', message: 'slow', nextAction: 'wait' } as const

/** All that a store tells of what it keeps. */
export const contents = async (store: Store) => ({
  servers: await store.loadServers(),
  events: await store.events({ sinceSeq: 0, limit: 1_000_000 }),
  range: await store.eventRange(),
  checks: [await store.checks({ serverId: A, limit: 100 }), await store.checks({ serverId: B, limit: 100 })],
  incidents: await store.incidents({ limit: 100 }),
  spans: await store.spans([A, B], at()),
  minutes: await store.rollUps({ serverIds: [A, B], size: 'minute', from: at(), until: at(60_000) }),
  setting: await store.setting('retention'),
  tokens: (await store.tokens()).filter(({ kind }) => kind === 'api'),
})

/** What every database allows to be done with it. */
export function careTests(bench: () => Bench, makeHome: () => Promise<StoreHome>): void {
  const backUp = async ({ home }: Bench, name = 'backup.db') => {
    const file = path.join(home.dataDir, name)
    return { file, ...(await writeBackup({ home, file, force: false, ...unwatched })) }
  }
  const opened = (home: StoreHome) => openStore({ ...home, vault: new AesVault(KEY) })

  test('what is restored elsewhere is what was backed up, and numbers go on from there', async () => {
    const { store, home } = bench()
    await fill(store)
    const { file, rows } = await backUp(bench())
    expect([rows.get('server'), rows.get('event'), rows.get('token')]).toEqual([2, everyEvent.length, 2])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readdir(home.dataDir)).filter((name) => name.endsWith('.tmp'))).toEqual([])

    const elsewhere = await makeHome()
    expect(await restoring(elsewhere, file)).toMatchObject({ migrated: [], aside: undefined })
    const again = await opened(elsewhere)
    const before = await contents(store)
    expect(await contents(again)).toEqual(before)
    expect((await again.tokens()).map(({ kind }) => kind)).toEqual(['api'])

    expect(await again.reserveServerIds(1)).toEqual([3])
    expect(await again.commit([told(aDeletion('x')), checkLogged(A)])).toMatchObject([{ seq: everyEvent.length + 1 }])
    expect(await again.saveToken(aToken({ hash: 'hash-3' }))).toMatchObject({ id: 3 })
    const ids = (await again.checks({ serverId: A, limit: 10 })).map(({ id }) => id)
    expect(Math.max(...ids)).toBeGreaterThan(Math.max(...before.checks.flat().map(({ id }) => id)))
    await again.close()
  })

  test('a backup holds one moment, however much is written meanwhile', async () => {
    const { store } = bench()
    // Larger than what is copied in one step.
    await store.reserveServerIds(1)
    const large = { name: 'large', hash: 'x', definition: { text: 'x'.repeat(9 * 1024 * 1024) } }
    const capabilities = { tools: [large], prompts: [], resources: [], dropped: [] }
    await store.commit([
      saved(aServer(A)),
      { type: 'capabilities_saved', serverId: A, capabilities, seenAt: at(), dates: sinceListed },
    ])
    const before = (await store.commit([told(aDeletion('before'))])).length
    const stop = new AbortController()
    const writing = (async () => {
      while (!stop.signal.aborted) await store.commit([told(aDeletion('meanwhile')), told(aDeletion('meanwhile'))])
    })()
    const { file } = await backUp(bench())
    stop.abort()
    await writing
    const elsewhere = await makeHome()
    await restoring(elsewhere, file)
    const again = await opened(elsewhere)
    const events = await again.events({ sinceSeq: 0, limit: 1_000_000 })
    expect(events.length).toBeGreaterThanOrEqual(before)
    expect(events.length).toBeLessThan((await store.eventRange()).newest)
    // Each commit whole.
    expect((events.length - before) % 2).toBe(0)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(await again.eventRange()).toEqual({ oldest: 1, newest: events.length })
    expect((await again.loadServers())[0]?.capabilities?.value).toEqual(capabilities)
    await again.close()
  })

  test('a backup that is given up leaves no file, and one that exists is kept', async () => {
    const { store, home } = bench()
    await fill(store)
    const file = path.join(home.dataDir, 'backup.db')
    const stop = new AbortController()
    const onProgress = () => stop.abort(new Error('enough'))
    await expect(writeBackup({ home, file, force: false, signal: stop.signal, onProgress })).rejects.toThrow('enough')
    expect((await readdir(home.dataDir)).filter((name) => name.startsWith('backup'))).toEqual([])
    await writeFile(file, 'mine')
    await expect(backUp(bench())).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('--force'),
    })
    expect(await readFile(file, 'utf8')).toBe('mine')
    await writeBackup({ home, file, force: true, ...unwatched })
    expect((await stat(file)).size).toBeGreaterThan(10_000)
  })

  test('a backup that cannot be used is refused with why, and what is there stays', async () => {
    const { store, home } = bench()
    await fill(store)
    const { file } = await backUp(bench())
    const before = await contents(store)
    await store.close()
    const damaged = async (change: (db: DatabaseSync) => void) => {
      const other = path.join(home.dataDir, 'other.db')
      await writeFile(other, await readFile(file))
      const db = new DatabaseSync(other)
      change(db)
      db.close()
      return other
    }
    const text = path.join(home.dataDir, 'text.db')
    await writeFile(text, 'no database at all '.repeat(1_000))
    const torn = path.join(home.dataDir, 'torn.db')
    await writeFile(torn, await readFile(file))
    await truncate(torn, (await stat(torn)).size / 2)
    const newer = await damaged((db) => db.exec("insert into kysely_migration values ('2999-01-01-later', '')"))
    const refused = async (other: string, message: RegExp, over: Restoring = {}) =>
      await expect(restoring(home, other, over)).rejects.toMatchObject({ message: expect.stringMatching(message) })
    await refused(path.join(home.dataDir, 'none.db'), /There is no file/)
    await refused(text, /damaged or no backup/)
    await refused(torn, /damaged/)
    await refused(newer, /newer version.*2999-01-01-later/)
    await refused(await damaged((db) => db.exec('drop table kysely_migration')), /holds no Omni2/)
    await refused(file, /OMNI2_SECRET_KEY/, { vault: async () => new AesVault(Buffer.alloc(32, 2)) })
    expect((await readdir(home.dataDir)).filter((name) => name.includes('restoring'))).toEqual([])
    const again = await bench().open()
    expect(await contents(again)).toEqual(before)
  })

  test('status tells schema and rows, and what does not fit together', async () => {
    const { store, home } = bench()
    await fill(store)
    const status = await databaseStatus(home)
    expect(status).toMatchObject({ schema: { pending: [], unknown: [] }, damage: [] })
    expect(status.bytes).toBeGreaterThan(10_000)
    expect(status.rows?.get('server')).toBe(2)
    await withDatabase(openDatabase(home), async ({ db }) => {
      await sql`delete from event where seq = 3`.execute(db)
      await sql`update counter set value = 1 where name = 'token'`.execute(db)
    })
    expect((await databaseStatus(home)).damage).toEqual([
      `events have gaps: there are ${everyEvent.length - 1} from 1 to ${everyEvent.length}`,
      'the counter of tokens is behind',
    ])
  })

  test('a database of a newer version is told by status, and not backed up or replaced', async () => {
    const { store, home } = bench()
    await fill(store)
    const { file } = await backUp(bench())
    await store.close()
    await withDatabase(openDatabase(home), ({ db }) =>
      sql`insert into kysely_migration values ('2999-01-01-later', '')`.execute(db),
    )
    const newer = { code: 'unavailable', message: expect.stringMatching(/newer version.*Start that version/) }
    expect((await databaseStatus(home)).schema).toMatchObject({ pending: [], unknown: ['2999-01-01-later'] })
    await expect(backUp(bench(), 'second.db')).rejects.toMatchObject(newer)
    await expect(withDatabase(openDatabase(home), ({ db, dialect }) => migrate(db, dialect))).rejects.toMatchObject(
      newer,
    )
    if (home.databaseUrl) {
      await expect(restoring(home, file)).rejects.toMatchObject({
        message: expect.stringMatching(/newer.*an empty one/),
      })
    }
    expect((await readdir(home.dataDir)).filter((name) => name.startsWith('second'))).toEqual([])
  })
}
