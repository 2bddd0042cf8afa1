import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { AesVault } from '../../src/store/vault.ts'
import { DatabaseHolder } from '../support/database-holder.ts'
import { setImmutable } from '../support/immutable.ts'
import { measured } from '../support/measured.ts'
import { isMissing } from '../support/needs.ts'
import { SmallDisk } from '../support/small-disk.ts'
import { outlast } from '../support/store-outage.ts'
import { A, aServer, at, saved, someCapabilities } from '../support/store-samples.ts'

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'omni2-fault-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test.skipIf(isMissing('root', 'tmpfs'))(
  'writes are refused and checks go on; all is stored once there is room again',
  async (context) => {
    using disk = new SmallDisk(24)
    const trouble = { begin: () => disk.fill(), end: () => disk.free() }
    measured(context, 'SQLite: the disk is full', ...(await outlast({ dataDir: disk.folder }, trouble)))
  },
)

test.skipIf(isMissing('immutable files'))(
  'writes are refused and checks go on; all is stored once it can be written',
  async (context) => {
    const dataDir = await newFolder()
    // Not its index `-shm`: that is mapped memory, and no disk says no to it.
    const files = ['omni2.db', 'omni2.db-wal'].map((name) => path.join(dataDir, name))
    const trouble = { begin: () => setImmutable(files, true), end: () => setImmutable(files, false) }
    measured(context, 'SQLite: the database is read-only', ...(await outlast({ dataDir }, trouble)))
  },
)

test('writes are refused and checks go on; all is stored once it is free', async (context) => {
  const dataDir = await newFolder()
  let holder: DatabaseHolder | undefined
  const trouble = {
    begin: async () => {
      holder = await DatabaseHolder.hold(dataDir)
    },
    end: () => holder?.release(),
  }
  measured(context, 'SQLite: another process holds the database', ...(await outlast({ dataDir }, trouble)))
})

test('its log grows meanwhile, and shrinks again once it has gone', async (context) => {
  const dataDir = await newFolder()
  const store = await openStore({ databaseUrl: undefined, dataDir, vault: new AesVault(Buffer.alloc(32, 1)) })
  onTestFinished(() => store.close())
  const logMiB = async () => (await stat(path.join(dataDir, 'omni2.db-wal'))).size / 1024 / 1024
  const write = (n: number) => {
    // Other bytes each time: what stays as it was is not written again.
    const tool = { name: 'large', hash: `${n}`, definition: { description: `${n % 10}`.repeat(1024 * 1024) } }
    const capabilities = { ...someCapabilities, tools: [tool] }
    return store.commit([{ type: 'capabilities_saved', serverId: A, seenAt: at(n), capabilities }])
  }
  await store.commit([saved(aServer(A))])
  await using reader = await DatabaseHolder.hold(dataDir, 'reading')
  for (let n = 0; n < 100; n++) await write(n)
  const grown = await logMiB()
  expect(grown).toBeGreaterThan(90)
  await reader.release()
  for (let n = 0; n < 3; n++) await write(n)
  const shrunk = await logMiB()
  expect(shrunk).toBeLessThanOrEqual(64)
  measured(
    context,
    'SQLite: another process reads for long',
    `log ${grown.toFixed(0)} MiB, then ${shrunk.toFixed(0)} MiB`,
  )
})
