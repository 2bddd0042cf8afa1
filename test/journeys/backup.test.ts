import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import type { EventList } from '../../src/api/events-view.ts'
import { omni2Command } from '../support/command-line.ts'
import { breaks, check, history, registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { findPostgres, type Postgres, startPostgres } from '../support/postgres.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'

const source = findPostgres()
let upstream: RawServer
let postgres: Postgres | undefined
beforeAll(async () => {
  upstream = await rawServer()
  postgres = source && (await startPostgres(source))
})
afterAll(async () => {
  await upstream?.close()
  await postgres?.stop()
})

type Place = { readonly dataDir: string; readonly env: Readonly<Record<string, string>> }

async function newPlace(database: 'SQLite' | 'PostgreSQL'): Promise<Place> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-backup-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  if (database === 'SQLite') return { dataDir, env: {} }
  if (!postgres) throw new Error('PostgreSQL was not started')
  return { dataDir, env: { DATABASE_URL: await postgres.freshDatabase() } }
}

const omni2On = async (place: Place): Promise<Omni2> => {
  const omni2 = await Omni2.start(place)
  onTestFinished(() => omni2.stop())
  return omni2
}
const command = ({ dataDir, env }: Place, ...words: readonly string[]) =>
  omni2Command([...words, '--data-dir', dataDir], { env })
/** Another machine's data folder has the key only when someone brought it. */
const bringKey = (from: Place, to: Place) =>
  copyFile(path.join(from.dataDir, 'omni2.key'), path.join(to.dataDir, 'omni2.key'))

const named = async ({ api }: Omni2) =>
  (await api.listServers({ query: { limit: 1_000 } })).servers.map(({ id, name, enabled }) => ({ id, name, enabled }))

/** Who heard `before` of an earlier database is told the state, though the numbers have come further by now; answers the epoch. */
async function expectAnew(omni2: Omni2, before: EventList): Promise<string> {
  const last = before.events.at(-1)?.seq ?? 0
  const told = async () => (await history(omni2)).at(-1)?.seq ?? 0
  for (let n = 0; (await told()) <= last; n++) {
    await omni2.api.createServer({ body: { name: `later-${n}`, url: upstream.url, enabled: false } })
  }
  using live = await omni2.live(`?since_seq=${last}&epoch=${before.epoch}`)
  const [first] = await until(
    () => live.messages,
    ({ length }) => length > 0,
  )
  if (!first || !('epoch' in first)) throw new Error(`It goes on as if nothing had happened: ${JSON.stringify(first)}`)
  expect(first.epoch).not.toBe(before.epoch)
  return first.epoch
}

const Status = z.object({ running: z.boolean(), ok: z.boolean(), schema: z.object({ pending: z.array(z.string()) }) })

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (database) => {
  const given = test.skipIf(database === 'PostgreSQL' && source === undefined)

  given('a backup taken while servers are created and checked brings back each that was acknowledged', async () => {
    const place = await newPlace(database)
    const omni2 = await omni2On(place)
    await omni2.api.createServer({ body: { name: 'off', url: upstream.url, enabled: false } })
    await registerHealthy(omni2, 'watched', { url: upstream.url, check_interval_seconds: 5 })
    const acknowledged: string[] = []
    const stop = new AbortController()
    const creating = (async () => {
      for (let n = 0; !stop.signal.aborted; n++) {
        const { name } = await omni2.api.createServer({ body: { name: `server-${n}`, url: upstream.url } })
        acknowledged.push(name)
      }
    })()
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(5)
    const file = path.join(place.dataDir, 'backup.db')
    const before = [...acknowledged]
    const backup = await command(place, 'backup', file)
    expect([backup.code, backup.err]).toEqual([0, ''])
    expect(backup.out).toMatch(/Backed up to .*backup\.db[\s\S]*omni2\.key[\s\S]*omni2 restore/)
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before.length)
    stop.abort()
    await creating
    const refused = await command(place, 'restore', file)
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/already running.*Stop it first/)])
    const running = await command(place, 'db', 'status', '--json')
    expect(Status.parse(JSON.parse(running.out))).toMatchObject({ running: true, ok: true })
    await omni2.stop()

    const elsewhere = await newPlace(database)
    const keyless = await command(elsewhere, 'restore', file)
    expect([keyless.code, keyless.err]).toEqual([1, expect.stringContaining('omni2.key')])
    await bringKey(place, elsewhere)
    const restored = await command(elsewhere, 'restore', file)
    expect([restored.code, restored.err]).toEqual([0, ''])
    const again = await omni2On(elsewhere)
    const servers = await named(again)
    expect(servers.map(({ name }) => name)).toEqual(expect.arrayContaining(['off', 'watched', ...before]))
    expect(servers.filter(({ enabled }) => !enabled).map(({ name }) => name)).toEqual(['off'])
    const { id } = await again.api.createServer({ body: { name: 'new', url: upstream.url } })
    expect(id).toBeGreaterThan(Math.max(...servers.map((server) => server.id)))
    expect((await check(again, id)).health_status).toBe('healthy')
    const events = await history(again)
    expect([breaks(events), events[0]?.seq]).toEqual([[], 1])
  })

  given('restoring over what is there brings the earlier state back, and asks on PostgreSQL', async () => {
    const place = await newPlace(database)
    const first = await omni2On(place)
    await first.api.createServer({ body: { name: 'early', url: upstream.url } })
    const file = path.join(place.dataDir, 'backup.db')
    await command(place, 'backup', file)
    await first.api.createServer({ body: { name: 'late', url: upstream.url } })
    const heard = await first.api.listEvents({ query: { limit: 1_000 } })
    await first.stop()
    if (database === 'PostgreSQL') {
      const refused = await command(place, 'restore', file)
      expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/holds 2 servers[\s\S]*--replace/)])
      const unsure = await command(place, 'restore', file, '--replace')
      expect([unsure.code, unsure.err]).toEqual([2, expect.stringContaining('--yes')])
    }
    const restored = await command(place, 'restore', file, '--replace', '--yes')
    expect([restored.code, restored.err]).toEqual([0, ''])
    const kept = (await readdir(place.dataDir)).filter((name) => name.startsWith('omni2.db.'))
    expect(kept).toHaveLength(database === 'SQLite' ? 1 : 0)
    for (const name of kept) expect(restored.out).toContain(name)
    const second = await omni2On(place)
    expect((await named(second)).map(({ name }) => name)).toEqual(['early'])
    const epoch = await expectAnew(second, heard)
    await second.stop()
    expect((await (await omni2On(place)).api.listEvents({ query: {} })).epoch).toBe(epoch)
  })
})

test.skipIf(source === undefined)('everything moves from SQLite to PostgreSQL and back', async () => {
  const sqlite = await newPlace('SQLite')
  const first = await omni2On(sqlite)
  await registerHealthy(first, 'watched', { url: upstream.url, auth_type: 'bearer', auth_config: { token: 'x' } })
  const { token } = await first.api.createToken({ body: { name: 'viewer', role: 'viewer' } })
  const target = await newPlace('PostgreSQL')
  const to = target.env.DATABASE_URL ?? ''
  const early = await command(sqlite, 'db', 'copy', '--to', to)
  expect([early.code, early.err]).toEqual([1, expect.stringContaining('already running')])
  await first.stop()
  const copied = await command(sqlite, 'db', 'copy', '--to', to)
  expect([copied.code, copied.err]).toEqual([0, ''])
  expect(copied.out).toMatch(/server +1 +[0-9a-f]{16}/)
  const again = await command(sqlite, 'db', 'copy', '--to', to)
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('empty')])

  const moved = { dataDir: sqlite.dataDir, env: target.env }
  const second = await omni2On(moved)
  const [watched] = await named(second)
  expect(watched).toMatchObject({ name: 'watched' })
  expect((await check(second, watched?.id ?? 0)).health_status).toBe('healthy')
  expect(await second.as(token).getSession()).toMatchObject({ name: 'viewer' })
  const { id } = await second.api.createServer({ body: { name: 'later', url: upstream.url } })
  await check(second, id)
  expect(breaks(await history(second))).toEqual([])
  await second.stop()

  const file = path.join(sqlite.dataDir, 'backup.db')
  expect(await command(moved, 'backup', file)).toMatchObject({ code: 0 })
  expect(await command(sqlite, 'restore', file)).toMatchObject({ code: 0 })
  expect((await named(await omni2On(sqlite))).map(({ name }) => name)).toEqual(['watched', 'later'])
})
