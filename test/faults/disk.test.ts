import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { SERVERS } from '../../src/api/route.ts'
import { openStore } from '../../src/store/open-store.ts'
import { AesVault } from '../../src/store/vault.ts'
import { DatabaseHolder } from '../support/database-holder.ts'
import { HangingDisk } from '../support/hanging-disk.ts'
import { setImmutable } from '../support/immutable.ts'
import { register, registerHealthy, until, untilStatus } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import { isMissing } from '../support/needs.ts'
import { Omni2 } from '../support/omni2.ts'
import { SmallDisk } from '../support/small-disk.ts'
import { outlast } from '../support/store-outage.ts'
import { A, aServer, at, saved, sinceListed, someCapabilities } from '../support/store-samples.ts'

const STDIO_SERVER = path.resolve('test/fixtures/mcp-over-stdio.ts')
/** Over some seconds, in which Omni2 looks again and again whether it can write. */
const [READY_LOOKS, LOOK_MS] = [20, 250]

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

test.skipIf(isMissing('root', 'tmpfs'))(
  'it is not ready until there is room, though nothing else waits to be written',
  async (context) => {
    using disk = new SmallDisk(24)
    await using omni2 = await Omni2.start({ dataDir: disk.folder })
    const { id } = await register(omni2, 'off', { url: 'http://127.0.0.1:1/mcp', enabled: false })
    const change = async () => {
      const [headers, body] = [{ 'content-type': 'application/json' }, JSON.stringify({ description: 'changed' })]
      return (await omni2.fetch(`${SERVERS}/${id}`, { method: 'PATCH', headers, body })).status
    }
    const ready = async () => (await fetch(`${omni2.url}/health/ready`)).status
    disk.fill()
    await until(change, (status) => status === 503)
    const answers: number[] = []
    for (let n = 0; n < READY_LOOKS; n++) {
      answers.push(await ready())
      await pause(LOOK_MS)
    }
    expect(new Set(answers)).toEqual(new Set([503]))
    disk.free()
    await until(ready, (status) => status === 200)
    expect(await change()).toBe(200)
    measured(
      context,
      'SQLite: the disk is full, and the fleet is disabled',
      `${READY_LOOKS} of ${READY_LOOKS} probes: 503`,
    )
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

test.skipIf(isMissing('loop devices'))(
  'writes are refused within their deadline and checks go on; all is stored once it goes on',
  async (context) => {
    using disk = new HangingDisk()
    const trouble = { begin: () => disk.hang(), end: () => disk.goOn() }
    measured(context, 'SQLite: the disk hangs', ...(await outlast({ dataDir: disk.folder }, trouble)))
  },
)

test.skipIf(isMissing('loop devices'))('a stdio server that ends meanwhile is started again', async (context) => {
  using disk = new HangingDisk()
  const pidFile = path.join(await newFolder(), 'pids')
  await using omni2 = await Omni2.start({ dataDir: disk.folder })
  const draft = { command: process.execPath, args: [STDIO_SERVER], env: { PID_FILE: pidFile } }
  const { id } = await registerHealthy(omni2, 'child', { ...draft, check_interval_seconds: 5 })
  const [pid] = (await readFile(pidFile, 'utf8')).split(/\s+/)
  disk.hang()
  try {
    process.kill(Number(pid), 'SIGKILL')
    await untilStatus(omni2, id, 'disconnected')
    const fellAt = performance.now()
    await untilStatus(omni2, id, 'healthy')
    const backMs = performance.now() - fellAt
    measured(
      context,
      'SQLite: the disk hangs, and a child is killed',
      `healthy again after ${(backMs / 1_000).toFixed(1)} s`,
    )
  } finally {
    disk.goOn()
  }
})

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
    return store.commit([{ type: 'capabilities_saved', serverId: A, seenAt: at(n), capabilities, dates: sinceListed }])
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
