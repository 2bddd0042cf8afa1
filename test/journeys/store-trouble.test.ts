import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { openVault } from '../../src/store/vault.ts'
import { omni2Command } from '../support/command-line.ts'
import { DatabaseHolder } from '../support/database-holder.ts'
import { breaks, history, registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'
import { aDeletion, told } from '../support/store-samples.ts'

let omni2: Omni2
let upstream: RawServer
beforeAll(async () => {
  ;[omni2, upstream] = await Promise.all([Omni2.start(), rawServer()])
})
afterAll(() => Promise.all([omni2?.stop(), upstream?.close()]))

const ready = async () => {
  const answer = await fetch(`${omni2.url}/health/ready`)
  return [answer.status, await answer.json(), answer.headers.get('retry-after')]
}
const READY = [200, expect.objectContaining({ status: 'ok' }), null]
const NOT_READY = [503, expect.objectContaining({ status: 'not_ready' }), expect.stringMatching(/^\d+$/)]

const send = (method: string, path: string, body?: object) =>
  omni2.fetch(`/api/v1/mcp/servers${path}`, {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  })

async function expectUnavailable(answer: Response): Promise<void> {
  expect([answer.status, await answer.json()]).toMatchObject([
    503,
    { code: 'unavailable', detail: expect.stringMatching(/database/i) },
  ])
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
}

test('a change that could not be stored is refused as a whole, and possible again once the database is free', async () => {
  const { id } = await omni2.api.createServer({ body: { name: 'quiet', url: upstream.url, enabled: false } })
  await using holder = await DatabaseHolder.hold(omni2.dataDir)
  await expectUnavailable(await send('PATCH', `/${id}`, { description: 'lost' }))
  expect(await ready()).toEqual(NOT_READY)
  const { servers } = await omni2.api.listServers()
  expect(servers.map(({ name, description }) => [name, description])).toEqual([['quiet', '']])
  await holder.release()
  await expect.poll(ready, { timeout: 30_000 }).toEqual(READY)
  const changed = await omni2.api.updateServer({ params: { id }, body: { description: 'kept' } })
  expect(changed.description).toBe('kept')
})

test('while the database is held, checks on demand answer 503, no server is blamed, and their results are stored later', async () => {
  const { id } = await registerHealthy(omni2, 'watched', { url: upstream.url, check_interval_seconds: 5 })
  const logsOf = async () => (await omni2.api.listHealthLogs({ params: { id } })).logs
  const before = await logsOf()
  {
    await using holder = await DatabaseHolder.hold(omni2.dataDir)
    await expectUnavailable(await send('POST', `/${id}/health-check`))
    await expectUnavailable(await send('POST', `/${id}/health-check`))
    expect(await ready()).toEqual(NOT_READY)
    expect((await fetch(`${omni2.url}/health/live`)).status).toBe(200)
    const held = await omni2.api.getServer({ params: { id } })
    expect([held.health_status, held.badges, held.circuit.failure_count]).toEqual(['healthy', [], 0])
    await holder.release()
  }
  await until(
    async () => (await send('POST', `/${id}/health-check`)).status,
    (status) => status === 200,
  )
  expect(await ready()).toEqual(READY)
  const since = (await logsOf()).filter((log) => !before.some((old) => old.id === log.id))
  expect(since.filter(({ trigger }) => trigger === 'manual').length).toBeGreaterThanOrEqual(2)
  expect(since.every(({ outcome }) => outcome === 'ok')).toBe(true)
  const events = await history(omni2)
  expect(breaks(events)).toEqual([])
  expect(events.filter(({ event_type }) => event_type === 'mcp_status_change')).toHaveLength(1)
})

test('a page that is damaged while Omni2 runs fails only what needs it', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-damaged-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const store = await openStore({ dataDir, vault: await openVault({ dataDir, secretKey: undefined }) })
  const large = 'x'.repeat(4_000)
  for (let n = 0; n < 10; n++) await store.commit(Array.from({ length: 300 }, () => told(aDeletion(large))))
  await store.close()
  await using damaged = await Omni2.start({ dataDir })
  const file = await open(path.join(dataDir, 'omni2.db'), 'r+')
  const { size } = await file.stat()
  await file.write(Buffer.alloc(65_536, 0xff), 0, 65_536, Math.floor(size / 2 / 4_096) * 4_096)
  await file.close()
  const answer = await damaged.fetch('/api/v1/events?limit=1000&since_seq=1000')
  expect([answer.status, await answer.json()]).toMatchObject([
    503,
    { code: 'unavailable', detail: expect.stringContaining('omni2 restore') },
  ])
  const status = await omni2Command(['db', 'status', '--data-dir', dataDir])
  expect([status.code, status.out]).toEqual([1, expect.stringMatching(/damaged[\s\S]*omni2 restore/)])
  const backup = await omni2Command(['backup', path.join(dataDir, 'backup.db'), '--data-dir', dataDir])
  expect([backup.code, backup.err]).toEqual([1, expect.stringContaining('no backup was written')])
  expect((await fetch(`${damaged.url}/health/live`)).status).toBe(200)
  expect((await damaged.api.listServers()).servers).toEqual([])
  expect((await damaged.api.createServer({ body: { name: 'goes-on', url: upstream.url } })).name).toBe('goes-on')
  await damaged.process.end()

  const refused = await omni2Command(['serve', '--data-dir', dataDir, '--port', '0'])
  expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/omni2\.db cannot be used\..*omni2 restore/)])
})
