import { mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KEY, restoring, unwatched } from '../../../test/support/restoring.ts'
import { contents, fill } from '../../../test/support/store-care.ts'
import { A, aDeletion, aServer, at, olderThan, saved, sinceListed, told } from '../../../test/support/store-samples.ts'
import { openStore } from '../open-store.ts'
import { AesVault } from '../vault.ts'
import { writeBackup } from './backup.ts'
import { compactFile } from './compact.ts'
import type { Progress } from './progress.ts'
import { databaseStatus } from './status.ts'

const home = { dataDir: '', databaseUrl: undefined }
const file = (name: string) => path.join(home.dataDir, name)
beforeEach(async () => {
  home.dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-care-'))
})
afterEach(() => rm(home.dataDir, { recursive: true, force: true }))

const opened = (dataDir = home.dataDir) => openStore({ dataDir, vault: new AesVault(KEY) })
const backUp = () => writeBackup({ home, file: file('backup.db'), force: false, ...unwatched })

test('writes between the steps of a backup neither begin it anew nor get into it', async () => {
  const store = await opened()
  const large = { name: 'large', hash: 'x', definition: { text: 'x'.repeat(20 * 1_024 * 1_024) } }
  const capabilities = { tools: [large], prompts: [], resources: [], dropped: [] }
  await store.commit([
    saved(aServer(A)),
    { type: 'capabilities_saved', serverId: A, capabilities, seenAt: at(), dates: sinceListed },
  ])
  await store.close()
  const other = new DatabaseSync(file('omni2.db'))
  const copied: number[] = []
  const onProgress = (progress: Progress) => {
    if (!('pages' in progress)) return
    copied.push(progress.pages)
    if (copied.length < 20) other.exec(`insert into setting values ('key ${copied.length}', '1')`)
  }
  const { rows } = await writeBackup({ home, file: file('backup.db'), force: false, ...unwatched, onProgress })
  other.close()
  expect(copied.length).toBeGreaterThan(3)
  expect(copied).toEqual(copied.toSorted((a, b) => a - b))
  expect(rows.get('setting')).toBe(0)
})

test('what a restore replaces is kept whole under the name it tells', async () => {
  const first = await opened()
  await fill(first)
  await backUp()
  await first.commit([told(aDeletion('after the backup'))])
  const before = await contents(first)
  await first.close()
  const aside = file('omni2.db.before')
  expect(await restoring(home, file('backup.db'))).toMatchObject({ aside })
  const restored = await opened()
  expect((await restored.eventRange()).newest).toBe(before.range.newest - 1)
  await restored.close()

  expect(await restoring(home, aside, { aside: file('omni2.db.again') })).toMatchObject({
    aside: file('omni2.db.again'),
  })
  const again = await opened()
  expect(await contents(again)).toEqual(before)
  await again.close()
})

test('a database that a program still has open is not replaced', async () => {
  const store = await opened()
  await fill(store)
  await backUp()
  await expect(restoring(home, file('backup.db'))).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('locked by another process'),
  })
  expect(await store.commit([told(aDeletion('goes on'))])).toHaveLength(1)
  await store.close()
  expect((await readdir(home.dataDir)).sort()).toEqual(['backup.db', 'omni2.db'])
})

test('a database that was copied while in use is restored with what its -wal file holds', async () => {
  const store = await opened()
  await fill(store)
  for (const end of ['', '-wal']) await writeFile(file(`copy.db${end}`), await readFile(file(`omni2.db${end}`)))
  const before = await contents(store)
  await store.close()
  await restoring(home, file('copy.db'))
  const again = await opened()
  expect(await contents(again)).toEqual(before)
  await again.close()
})

/** Events enough to fill pages, and a page in their middle overwritten. */
async function damageMiddle(): Promise<void> {
  const store = await opened()
  const events = Array.from({ length: 2_000 }, (_, n) => told(aDeletion(`server-${n}`)))
  await store.commit(events)
  await store.close()
  const handle = await open(file('omni2.db'), 'r+')
  const middle = Math.floor((await handle.stat()).size / 2 / 4_096) * 4_096
  await handle.write(Buffer.alloc(4_096, 0xff), 0, 4_096, middle)
  await handle.close()
}

test('damage in the middle of the file is told by status, and no backup of it is made', async () => {
  await damageMiddle()
  const { damage, schema, bytes } = await databaseStatus(home)
  expect(damage.length).toBeGreaterThan(0)
  expect([schema?.pending, bytes > 100_000]).toEqual([[], true])
  await expect(backUp()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('no backup') })
  expect((await readdir(home.dataDir)).filter((name) => name.startsWith('backup'))).toEqual([])
})

test('a backup that is damaged in its middle is not restored', async () => {
  await damageMiddle()
  await rename(file('omni2.db'), file('damaged.db'))
  await expect(restoring(home, file('damaged.db'))).rejects.toMatchObject({
    message: expect.stringMatching(/damaged\.db was not restored\. It is damaged.*try another one/),
  })
  expect(await readdir(home.dataDir)).toEqual(['damaged.db'])
})

test.each([
  ['a damaged database', (main: Buffer) => writeFile(file('omni2.db'), main.fill(0xff, 100, 4_096))],
  ['one that is gone', () => rm(file('omni2.db'))],
])('what %s left in its -wal file does not get into the one that takes its place', async (_, spoil) => {
  const store = await opened()
  await fill(store)
  await backUp()
  const before = await contents(store)
  await store.close()
  const again = await opened()
  // Changes a page other than the first, which is damaged then.
  await again.commit([{ type: 'setting_saved', key: 'retention', value: { days: 99 } }])
  const [main, wal] = await Promise.all([readFile(file('omni2.db')), readFile(file('omni2.db-wal'))])
  await again.close()
  await spoil(main)
  await writeFile(file('omni2.db-wal'), wal)
  await restoring(home, file('backup.db'))
  const restored = await opened()
  expect(await contents(restored)).toEqual(before)
  await restored.close()
  expect(await readFile(file('omni2.db.before-wal'))).toEqual(wal)
})

test('a file that is no database at all is told by status', async () => {
  await writeFile(file('omni2.db'), 'this is no database '.repeat(1_000))
  expect(await databaseStatus(home)).toMatchObject({ damage: ['file is not a database'], schema: undefined })
})

test('compacting gives the space of what was pruned back', async () => {
  const store = await opened()
  for (let round = 0; round < 5; round++) {
    await store.commit(Array.from({ length: 1_000 }, (_, n) => told(aDeletion(`server-${n}-${'x'.repeat(500)}`))))
  }
  await store.prune(olderThan(1), 10_000)
  await store.close()
  expect((await databaseStatus(home)).freeBytes).toBeGreaterThan(1_000_000)
  const { before, after } = await compactFile(home.dataDir)
  expect(after).toBeLessThan(before / 2)
  expect([(await stat(file('omni2.db'))).size, (await databaseStatus(home)).freeBytes]).toEqual([after, 0])
  const again = await opened()
  expect(await again.eventRange()).toEqual({ oldest: 4_001, newest: 5_000 })
  await again.close()
})

test('a file made for another program is no Omni2', async () => {
  const other = new DatabaseSync(file('other.db'))
  other.exec('create table notes (text)')
  other.close()
  await expect(restoring(home, file('other.db'))).rejects.toMatchObject({
    message: expect.stringContaining('no Omni2'),
  })
  expect((await databaseStatus({ ...home, dataDir: home.dataDir })).schema?.applied).toEqual([])
})
