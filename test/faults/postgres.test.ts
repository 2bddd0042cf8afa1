import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, type TestContext, test, vi } from 'vitest'
import { SERVERS } from '../../src/api/route.ts'
import { CuttingProxy, type Fate } from '../support/cutting-proxy.ts'
import { Editor } from '../support/editor.ts'
import { breaks, history, read, register } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import { Omni2 } from '../support/omni2.ts'
import { OwnPostgres } from '../support/own-postgres.ts'
import { findOwnPostgres } from '../support/postgres.ts'
import { outlast, type Trouble } from '../support/store-outage.ts'

const binaries = findOwnPostgres()

const PATIENCE = { timeout: 60_000, interval: 10 }
/** Less than what a probe, or a transaction, may take before the database counts as down. */
const SLOW_MS = 1_000
/** So late somebody asks for the first time, whom nobody may tell that the database is down. */
const LATE_MS = 800
const CUTS = 30
const FATES: readonly Fate[] = ['arrives', 'arrives late', 'is lost']

/** Changes a server again and again while `trouble` goes on; each accepted change must be there after a restart, and told once. */
async function editDuring(
  databaseUrl: string,
  trouble: (editor: Editor, omni2: Omni2) => Promise<void>,
): Promise<Editor> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-fault-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const home = { dataDir, env: { DATABASE_URL: databaseUrl } }
  await using omni2 = await Omni2.start(home)
  const { id } = await register(omni2, 'edited', { url: 'http://127.0.0.1:1/mcp', enabled: false })
  await using editor = await Editor.start(omni2, id)
  await trouble(editor, omni2)
  await editor.stop()
  const { description } = await read(omni2, id)
  await omni2.stop()
  await using again = await Omni2.start(home)
  const events = await history(again)
  expect(breaks(events)).toEqual([])
  editor.expectToldOnce(events)
  expect((await read(again, id)).description).toBe(description)
  return editor
}

describe.skipIf(binaries === undefined)('PostgreSQL', () => {
  let postgres: OwnPostgres
  beforeAll(async () => {
    if (binaries) postgres = await OwnPostgres.start(binaries)
  })
  afterAll(() => postgres?.stop())

  async function goThrough(context: TestContext, fault: string, trouble: Trouble): Promise<void> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-fault-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    const env = { DATABASE_URL: await postgres.freshDatabase() }
    measured(context, `PostgreSQL: ${fault}`, ...(await outlast({ dataDir, env }, trouble)))
  }

  test('writes are refused and checks go on; all is stored once it is back', (context) =>
    goThrough(context, 'stopped for a minute', {
      begin: () => postgres.shutDown(),
      end: () => postgres.startAgain(),
      forMs: 60_000,
    }))

  test('writes are refused within their deadline and checks go on; all is stored once it answers', (context) =>
    goThrough(context, 'hangs (all its processes stopped)', {
      begin: () => postgres.freeze(),
      end: () => postgres.resume(),
    }))

  test('writes are refused and checks go on; all is stored once it can be written', (context) =>
    goThrough(context, 'turned read-only', {
      begin: () => setReadOnly('on'),
      end: () => setReadOnly('off'),
    }))

  test('changes wait and are made, and nothing counts as down', async (context) => {
    const trouble = async (editor: Editor, omni2: Omni2) => {
      const { id } = await register(omni2, 'late', { url: 'http://127.0.0.1:1/mcp', enabled: false })
      const ready = () => omni2.fetch('/health/ready')
      const late = async (description: string) => {
        const headers = { 'content-type': 'application/json' }
        return omni2.fetch(`${SERVERS}/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ description }) })
      }
      for (let n = 0; n < 10; n++) {
        const before = editor.accepted.length
        postgres.freeze()
        const answers = [ready()]
        try {
          await pause(LATE_MS)
          answers.push(ready(), late(`late ${n}`))
          await pause(SLOW_MS - LATE_MS)
          // One may have been on its way back; who asked since then waits.
          expect(editor.accepted.length - before).toBeLessThanOrEqual(1)
        } finally {
          postgres.resume()
        }
        expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200])
        await vi.waitUntil(() => editor.accepted.length > before, PATIENCE)
      }
    }
    const { accepted, refused, open, waitedMs } = await editDuring(await postgres.freshDatabase(), trouble)
    expect([...refused, ...open]).toEqual([])
    expect(waitedMs).toBeGreaterThan(SLOW_MS / 2)
    measured(
      context,
      'PostgreSQL: stands still for 1 s, 10 times',
      `${accepted.length} changes: 0 refused, 0 lost, 0 twice`,
    )
  })

  test('each change is made once, whether or not its COMMIT arrived', async (context) => {
    await using proxy = await CuttingProxy.before(await postgres.freshDatabase())
    const { accepted } = await editDuring(proxy.url, async (editor) => {
      for (let n = 0; n < CUTS; n++) {
        const before = editor.accepted.length
        proxy.cutNextCommit(FATES[n % FATES.length] ?? 'arrives')
        await vi.waitUntil(() => proxy.hasCut && editor.accepted.length > before, PATIENCE)
      }
    })
    measured(
      context,
      `PostgreSQL: the connection is cut within COMMIT, ${CUTS} times`,
      `${accepted.length} changes: 0 lost, 0 twice`,
    )
  })

  async function setReadOnly(value: 'on' | 'off'): Promise<void> {
    await postgres.query(`alter system set default_transaction_read_only = ${value}`)
    await postgres.query('select pg_reload_conf()')
  }
})
