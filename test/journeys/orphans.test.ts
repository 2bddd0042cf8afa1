import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findProcess, scanProcesses } from '../../src/mcp/stdio/process-scan.ts'
import { until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

const SERVER = path.resolve('test/fixtures/mcp-over-stdio.ts')
const TREES = 20

let folder: string
let pidFile: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-orphans-'))
  pidFile = path.join(folder, 'pids')
})
afterEach(async () => {
  for (const pid of await alive(await members())) process.kill(pid, 'SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Every server that was ever started, and the grandchild of each that ignores TERM. */
const members = async (): Promise<number[]> => {
  const text = await readFile(pidFile, 'utf8').catch(() => '')
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number)
}

async function alive(pids: readonly number[]): Promise<number[]> {
  const rows = await Promise.all(pids.map(findProcess))
  return pids.filter((_, index) => rows[index] !== undefined)
}

/** An Omni2 with all its trees running, on a data directory that stays. */
async function startWithTrees(): Promise<{ omni2: Omni2; pids: number[] }> {
  const omni2 = await Omni2.start({ dataDir: path.join(folder, 'data') })
  const config = { command: process.execPath, args: [SERVER], env: { PID_FILE: pidFile } }
  const mcpServers = Object.fromEntries(Array.from({ length: TREES }, (_, index) => [`tree-${index}`, config]))
  await omni2.api.importServers({ body: { mcpServers } })
  const healthy = async () => (await omni2.api.listServers({ query: { status: 'healthy' } })).servers.length
  await until(healthy, (count) => count === TREES)
  const pids = await members()
  expect(await alive(pids)).toHaveLength(2 * TREES)
  return { omni2, pids }
}

async function kill(omni2: Omni2): Promise<void> {
  process.kill(omni2.process.pid ?? Number.NaN, 'SIGKILL')
  await omni2.process.untilEnd(AbortSignal.timeout(10_000))
}

const goneSoon = (pids: readonly number[]) =>
  expect.poll(() => alive(pids), { timeout: 15_000, interval: 200 }).toEqual([])

test(`kill -9 of Omni2 leaves none of ${TREES} stdio trees behind, though their grandchildren ignore TERM`, async () => {
  const { omni2, pids } = await startWithTrees()
  await kill(omni2)
  await goneSoon(pids)
})

test('what outlives a killed Omni2 and its guardian is gone after the next start', async () => {
  const { omni2, pids } = await startWithTrees()
  const isTree = new Set(pids)
  const guardians = (await scanProcesses()).filter((row) => row.parentPid === omni2.process.pid && !isTree.has(row.pid))
  expect(guardians).toHaveLength(1)
  for (const { pid } of guardians) process.kill(pid, 'SIGKILL')
  await kill(omni2)
  expect((await alive(pids)).length).toBeGreaterThanOrEqual(TREES)
  await using again = await Omni2.start({ dataDir: path.join(folder, 'data') })
  await goneSoon(pids)
  expect(again.process.output).toContain('ended processes that an earlier run left behind')
})
