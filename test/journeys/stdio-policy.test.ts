import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attempt, Canary, waysToDefine, waysToRun } from '../support/canary.ts'
import { until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

const URL_SERVER = 1
const STDIO_SERVER = 2
let folder: string
let dataDir: string
let stored: Canary
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-canary-'))
  dataDir = path.join(folder, 'data')
  stored = new Canary(folder, 'stored')
  await using before = await Omni2.start({ dataDir })
  const url = await before.api.createServer({ body: { name: 'url', url: 'https://mcp.example/mcp', enabled: false } })
  const child = await before.api.createServer({ body: { name: 'stored', ...stored.config } })
  expect([url.id, child.id]).toEqual([URL_SERVER, STDIO_SERVER])
  await until(
    () => stored.sang,
    (sang) => sang,
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('nobody runs a command on an Omni2 that others can reach', async () => {
  await rm(stored.file)
  await using omni2 = await Omni2.start({ dataDir, env: { OMNI2_HOST: '0.0.0.0' } })
  for (const [way, define] of Object.entries(waysToDefine(URL_SERVER))) {
    const canary = new Canary(folder, `refused-${way.replaceAll(' ', '-')}`)
    const answer = await attempt(omni2, omni2.adminToken, define(canary, 'refused'))
    const text = await answer.text()
    expect([way, answer.status]).toEqual([way, way.startsWith('import') ? 200 : 422])
    expect(text).toContain('OMNI2_STDIO=allow')
    expect(canary.sang).toBe(false)
  }
  for (const way of waysToRun(STDIO_SERVER)) await attempt(omni2, omni2.adminToken, way)
  const { health_result } = await omni2.api.triggerHealthCheck({ params: { id: STDIO_SERVER } })
  expect(health_result.error).toMatchObject({ code: 'spawn_failed', stage: 'spawn' })
  expect(health_result.error?.next_action).toContain('OMNI2_STDIO')
  expect(stored.sang).toBe(false)
  expect((await omni2.api.listServers()).servers.map(({ name }) => name)).toEqual(['url', 'stored'])
})

test('an admin runs commands there once the host was told to allow it', async () => {
  await rm(stored.file, { force: true })
  await using omni2 = await Omni2.start({ dataDir, env: { OMNI2_HOST: '0.0.0.0', OMNI2_STDIO: 'allow' } })
  await omni2.api.triggerHealthCheck({ params: { id: STDIO_SERVER } })
  expect(stored.sang).toBe(true)
  const canary = new Canary(folder, 'allowed')
  await omni2.api.discoverServer({ body: canary.config })
  expect(canary.sang).toBe(true)
})
