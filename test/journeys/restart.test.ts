import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerView } from '../../src/api/server-view.ts'
import { findProcess } from '../../src/mcp/stdio/process-scan.ts'
import { type LegacyServer, legacyServer } from '../support/fixture-servers.ts'
import { breaks, check, heard, history, register, registerHealthy, until, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { deadPort, type Port } from '../support/ports.ts'

const require = createRequire(import.meta.url)
const OVER_STDIO = require.resolve('../fixtures/mcp-over-stdio.ts')
const NAMES = ['off', 'open', 'down', 'child', 'up'] as const
const BREAKER = { timeout_seconds: 300, failure_threshold: 20 }
let folder: string
let omni2: Omni2
let upstream: LegacyServer
let dead: Port

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-restart-'))
  upstream = await legacyServer()
  dead = await deadPort()
  omni2 = await Omni2.start({ dataDir: folder })
  await omni2.api.setBreakerConfig({ body: BREAKER })
  const off = await register(omni2, 'off', { url: upstream.url })
  const open = await register(omni2, 'open', { url: dead.url })
  const down = await register(omni2, 'down', { url: dead.url })
  const env = { PID_FILE: path.join(folder, 'pids') }
  await registerHealthy(omni2, 'child', { command: process.execPath, args: [OVER_STDIO], env })
  await registerHealthy(omni2, 'up', { url: upstream.url })
  await omni2.api.disableServer({ params: { id: off.id } })
  await omni2.api.setBreakerOverride({ params: { id: open.id }, body: { failure_threshold: 1 } })
  await check(omni2, open.id)
  await untilStatus(omni2, open.id, 'circuit_open')
  await untilStatus(omni2, down.id, 'disconnected')
})
afterAll(async () => {
  await omni2?.stop()
  await upstream?.kill()
  await dead?.close()
  await rm(folder, { recursive: true, force: true })
})

/** The servers by their names, in the order they were registered. */
async function fleet(): Promise<Record<(typeof NAMES)[number], ServerView>> {
  const { servers } = await omni2.api.listServers()
  expect(servers.map(({ name }) => name)).toEqual(NAMES)
  return Object.fromEntries(servers.map((server) => [server.name, server])) as Awaited<ReturnType<typeof fleet>> // as just asserted
}

/** Times of a view are told anew from a clock each time. */
const sameTime = (time: string | null) =>
  expect.toSatisfy((other) => Math.abs(Date.parse(other) - Date.parse(time ?? '')) < 1_000)

const configured = ({ id, name, etag, url, command, env_keys, auth_type }: ServerView) => ({
  id,
  name,
  etag,
  url,
  command,
  env_keys,
  auth_type,
})

async function expectRestored(before: Awaited<ReturnType<typeof fleet>>): Promise<void> {
  const after = await fleet()
  for (const name of NAMES) expect(configured(after[name])).toEqual(configured(before[name]))
  expect(after.off).toMatchObject({
    health_status: 'disabled',
    enabled: false,
    reason_code: 'user_disabled',
    since: sameTime(before.off.since),
    next_check_at: null,
  })
  const { retry_at, opened_at, failure_count, failure_cycles } = before.open.circuit
  expect(after.open).toMatchObject({
    health_status: 'circuit_open',
    circuit: {
      state: 'open',
      failure_count,
      failure_cycles,
      opened_at: sameTime(opened_at),
      retry_at: sameTime(retry_at),
    },
    next_check_at: sameTime(retry_at),
  })
  expect(after.down).toMatchObject({ health_status: 'disconnected', badges: ['stale'], reason_code: 'connect_refused' })
  expect(after.up).toMatchObject({
    health_status: 'healthy',
    badges: ['stale'],
    tool_count: 2,
    era: 'legacy',
    last_health_check: sameTime(before.up.last_health_check),
    since: sameTime(before.up.since),
  })
  expect(await omni2.api.getBreakerConfig()).toMatchObject(BREAKER)
}

/** Every process that the stdio server ever was, and its children, which ignore SIGTERM. */
const family = async () => (await readFile(path.join(folder, 'pids'), 'utf8')).trim().split(/\s+/).map(Number)
const survivors = async () => {
  const found = await Promise.all((await family()).map(findProcess))
  return found.flatMap((row) => row?.pid ?? [])
}

async function expectUnbroken(since: number): Promise<void> {
  expect(breaks(await history(omni2))).toEqual([])
  using live = await omni2.live(`?since_seq=${since}`)
  const missed = await history(omni2, since)
  await until(
    () => heard(live).length,
    (count) => count >= missed.length,
  )
  expect(heard(live).slice(0, missed.length)).toEqual(missed)
}

test('asked to stop, Omni2 ends in order with all it started, and comes back as it was', async () => {
  const before = await fleet()
  const newest = (await history(omni2)).at(-1)?.seq ?? 0
  expect(await survivors()).toHaveLength(2)
  await omni2.process.end()
  expect([omni2.process.exitCode, omni2.process.output.match(/"level":"(error|fatal)".*/g)]).toEqual([0, null])
  expect(await survivors()).toEqual([])
  omni2 = await Omni2.start({ dataDir: folder })
  await expectRestored(before)
  await expectUnbroken(newest)
  expect(await check(omni2, before.up.id)).toMatchObject({ health_status: 'healthy', previous_status: 'healthy' })
  expect((await fleet()).up.badges).toEqual([])
})

test('killed, Omni2 leaves no child behind, and comes back as it was', async () => {
  await check(omni2, (await fleet()).child.id)
  await until(
    async () => (await survivors()).length,
    (count) => count === 2,
  )
  const before = await fleet()
  const newest = (await history(omni2)).at(-1)?.seq ?? 0
  process.kill(omni2.process.pid ?? Number.NaN, 'SIGKILL')
  await omni2.process.untilEnd(AbortSignal.timeout(10_000))
  await expect.poll(survivors, { timeout: 20_000 }).toEqual([])
  omni2 = await Omni2.start({ dataDir: folder })
  await expectRestored(before)
  await expectUnbroken(newest)
  expect(await check(omni2, before.child.id)).toMatchObject({ health_status: 'healthy' })
  expect(await survivors()).toHaveLength(2)
})
