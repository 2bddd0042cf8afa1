import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { ServerView } from '../../src/api/server-view.ts'
import { omni2Command } from '../support/command-line.ts'
import { type LegacyServer, needsLogin } from '../support/fixture-servers.ts'
import { breaks, check, history, registerHealthy } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { findPostgres, type Postgres, startPostgres } from '../support/postgres.ts'

const TOKEN = 'let-me-in-please-42'
const source = findPostgres()
let upstream: LegacyServer
let postgres: Postgres | undefined
beforeAll(async () => {
  upstream = await needsLogin(TOKEN)
  postgres = source && (await startPostgres(source))
})
afterAll(async () => {
  await upstream?.kill()
  await postgres?.stop()
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'omni2-databases-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function environment(database: 'SQLite' | 'PostgreSQL'): Promise<Record<string, string>> {
  if (database === 'SQLite') return {}
  if (!postgres) throw new Error('PostgreSQL was not started')
  return { DATABASE_URL: await postgres.freshDatabase() }
}

const lasting = ({ id, name, description, etag, auth_type, enabled, created_at, tool_count }: ServerView) => ({
  id,
  name,
  description,
  etag,
  auth_type,
  enabled,
  created_at,
  tool_count,
})

/** Starts another Omni2 that is expected to end by itself. */
const second = (dataDir: string, env: Readonly<Record<string, string>>) =>
  omni2Command(['serve', '--data-dir', dataDir, '--port', '0'], { env })

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (database) => {
  const given = test.skipIf(database === 'PostgreSQL' && source === undefined)

  given('everything that was told before a restart is told after it', async () => {
    const [dataDir, env] = [await newFolder(), await environment(database)]
    const first = await Omni2.start({ dataDir, env })
    onTestFinished(() => first.stop())
    const credentials = { auth_type: 'bearer', auth_config: { token: TOKEN } } as const
    const locked = await registerHealthy(first, 'locked', { url: upstream.url, description: 'ä ☃', ...credentials })
    await first.api.createServer({ body: { name: 'off', command: 'nothing', env: { A: 'b' }, enabled: false } })
    const gone = await first.api.createServer({ body: { name: 'gone', url: upstream.url, enabled: false } })
    await first.api.deleteServer({ params: { id: gone.id } })
    await first.api.setBreakerOverride({ params: { id: locked.id }, body: { failure_threshold: 7 } })
    await first.api.updateSettings({ body: { retention_days: 12 } })
    const { token } = await first.api.createToken({ body: { name: 'viewer', role: 'viewer' } })
    await check(first, locked.id)
    const before = {
      servers: (await first.api.listServers()).servers.map(lasting),
      events: await history(first),
      logs: (await first.api.listHealthLogs({ params: { id: locked.id } })).logs,
      tools: await first.api.getCapabilities({ params: { id: locked.id } }),
    }
    await first.stop()
    expect(first.process.exitCode).toBe(0)
    expect((await readdir(dataDir)).includes('omni2.db')).toBe(database === 'SQLite')

    await using again = await Omni2.start({ dataDir, env })
    expect((await again.api.listServers()).servers.map(lasting)).toEqual(before.servers)
    expect((await history(again)).slice(0, before.events.length)).toEqual(before.events)
    const { logs } = await again.api.listHealthLogs({ params: { id: locked.id } })
    expect(logs.slice(-before.logs.length)).toEqual(before.logs)
    // When the same tools were seen again is not stored each time.
    const seen_at = expect.any(String)
    expect(await again.api.getCapabilities({ params: { id: locked.id } })).toEqual({ ...before.tools, seen_at })
    expect(await again.api.getBreaker({ params: { id: locked.id } })).toMatchObject({
      config: { failure_threshold: 7 },
    })
    expect(await again.api.getSettings()).toMatchObject({ retention_days: 12 })
    expect(await again.as(token).getSession()).toMatchObject({ name: 'viewer', role: 'viewer' })

    expect((await check(again, locked.id)).health_status).toBe('healthy')
    const { id } = await again.api.createServer({ body: { name: 'later', url: upstream.url } })
    expect(id).toBeGreaterThan(gone.id)
    await check(again, id)
    const events = await history(again)
    expect([
      breaks(events),
      events.some((event) => event.event_type === 'mcp_server_created' && event.event_data.mcp_name === 'later'),
    ]).toEqual([[], true])
  })

  given('a second Omni2 beside a running one is refused in words, and the first goes on', async () => {
    const [dataDir, env] = [await newFolder(), await environment(database)]
    await using omni2 = await Omni2.start({ dataDir, env })
    const beside = await second(dataDir, env)
    expect([beside.code, beside.out]).toEqual([1, ''])
    expect(beside.err.trim()).toBe(
      `Omni2 is already running on the data directory ${dataDir}. Stop that one, or start this one with another --data-dir.`,
    )
    if (database === 'PostgreSQL') {
      const elsewhere = await second(await newFolder(), env)
      expect(elsewhere.code).toBe(1)
      expect(elsewhere.err).toContain('Omni2 is already running on this PostgreSQL database.')
    }
    expect((await omni2.api.listServers()).servers).toEqual([])
  })
})

test('an Omni2 whose port is taken says so, and leaves its data directory free', async () => {
  const dataDir = await newFolder()
  await using omni2 = await Omni2.start()
  const refused = await omni2Command(['serve', '--data-dir', dataDir, '--port', new URL(omni2.url).port])
  expect([refused.code, refused.err.trim()]).toEqual([
    1,
    expect.stringContaining('it is in use; choose another with --port'),
  ])
  await using after = await Omni2.start({ dataDir })
  expect((await after.api.getReady()).status).toBe('ok')
})

test('a database that cannot be reached ends the start in words, without its password', async () => {
  const env = { DATABASE_URL: 'postgres://omni2:hunter2-hunter2@127.0.0.1:1/omni2' }
  const refused = await second(await newFolder(), env)
  expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/PostgreSQL/)])
  expect(refused.out + refused.err).not.toContain('hunter2')
})
