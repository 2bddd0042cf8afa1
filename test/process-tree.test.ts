import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from '../src/core/capabilities.ts'
import { runningPids, STDIO_SERVER, stdioBench, within } from './support/stdio.ts'

let bench: Awaited<ReturnType<typeof stdioBench>>
const supervisors: ChildProcess[] = []
const started: number[] = []
beforeEach(async () => {
  bench = await stdioBench()
})
afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) supervisor.kill('SIGKILL')
  for (const pid of await alive(started.splice(0))) process.kill(pid, 'SIGKILL')
  await bench.end()
})

const report = z.object({
  leaders: z.array(z.number()).length(21),
  grandchildren: z.array(z.number()).length(20),
  guardian: z.number(),
})

/** An Omni2 on the bench's data directory with 20 trees running. */
async function startSupervisor() {
  const program = path.resolve('test/fixtures/stdio-supervisor.ts')
  const omni2 = spawn(process.execPath, [program, bench.dataDir, STDIO_SERVER], { stdio: ['pipe', 'pipe', 'inherit'] })
  supervisors.push(omni2)
  const [line] = await once(createInterface({ input: omni2.stdout }), 'line')
  const { leaders, grandchildren, guardian } = report.parse(JSON.parse(line))
  const members = [...new Set([...leaders, ...grandchildren])].filter((pid) => pid !== guardian)
  started.push(...members, guardian)
  return { omni2, members, grandchildren, guardian }
}

async function killForGood(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

async function alive(pids: readonly number[]): Promise<readonly number[]> {
  const running = await runningPids()
  return pids.filter((pid) => running.has(pid))
}

const allGoneWithin5s = (pids: readonly number[]) =>
  vi.waitFor(async () => expect(await alive(pids)).toEqual([]), { timeout: 5_000, interval: 100 })

describe('20 trees, each with a grandchild that ignores TERM', () => {
  test('are gone 5 s after kill -9 of Omni2', async () => {
    const { omni2, members, guardian } = await startSupervisor()
    expect(await alive(members)).toHaveLength(40)
    await killForGood(omni2)
    await allGoneWithin5s([...members, guardian])
    expect(await readdir(path.join(bench.dataDir, 'processes'))).toEqual(['id'])
  })

  test('are gone 5 s after the next start when the guardian was killed too', async () => {
    const { omni2, members, grandchildren, guardian } = await startSupervisor()
    process.kill(guardian, 'SIGKILL')
    await killForGood(omni2)
    expect(await alive(grandchildren)).toHaveLength(20)
    expect(await bench.processes.reapAtStart()).toBeGreaterThanOrEqual(20)
    await allGoneWithin5s(members)
    expect(await readdir(path.join(bench.dataDir, 'processes'))).toEqual(['id'])
    expect(await bench.processes.reapAtStart()).toBe(0)
  })

  test('are spared by the start of a second Omni2 while theirs runs', async () => {
    const { members } = await startSupervisor()
    expect(await bench.processes.reapAtStart()).toBe(0)
    expect(await alive(members)).toHaveLength(40)
  })

  test('are gone after a peaceful end, and the guardian with them', async () => {
    const { omni2, members, guardian } = await startSupervisor()
    const exited = once(omni2, 'exit')
    omni2.stdin?.end()
    expect(await exited).toEqual([0, null])
    expect(await alive([...members, guardian])).toEqual([])
    expect(await readdir(path.join(bench.dataDir, 'processes'))).toEqual(['id'])
  })
})

describe('a server with grandchildren', () => {
  const pidOf = z.object({ result: z.object({ pid: z.number() }) })

  test('takes them along when it is closed, wherever they went', async () => {
    const { channel } = bench.channel()
    await channel.open(within())
    const kinds: readonly JsonObject[] = [{}, { detached: true }, { bare: true }, { detached: true, bare: true }]
    const pids: number[] = []
    for (const kind of kinds) {
      pids.push(pidOf.parse(await channel.request('grandchild', kind, within())).result.pid)
    }
    expect(await alive(pids)).toEqual(pids)
    await channel.close()
    expect(await alive(pids)).toEqual([])
  })

  test('takes them along when it crashes', async () => {
    const { channel } = bench.channel()
    await channel.open(within())
    const kinds: readonly JsonObject[] = [{}, { detached: true }, { bare: true }]
    const pids: number[] = []
    for (const kind of kinds) {
      pids.push(pidOf.parse(await channel.request('grandchild', kind, within())).result.pid)
    }
    await expect(channel.request('exit', { code: 1 }, within())).rejects.toThrow('exited with code 1')
    await allGoneWithin5s(pids)
  })

  test('is killed 5 s after it ignored the request to end', async () => {
    const stubborn =
      "process.on('SIGTERM', () => console.error('no')); setInterval(() => {}, 1000); console.error('up')"
    const { channel } = bench.channel({ args: ['-e', stubborn] })
    await channel.open(within())
    await vi.waitFor(() => expect(channel.stderr()).toBe('up\n'), 10_000)
    const since = performance.now()
    await channel.close()
    expect(performance.now() - since).toBeGreaterThan(4_900)
    expect(performance.now() - since).toBeLessThan(15_000)
    expect(channel.stderr()).toBe('up\nno\n')
  })
})

describe('a real server answers over the channel:', () => {
  const SERVERS = { everything: [], filesystem: ['.'], memory: [] }
  test.each(Object.entries(SERVERS))('%s', async (name, args) => {
    const program = path.resolve(`node_modules/@modelcontextprotocol/server-${name}/dist/index.js`)
    const memory = path.join(bench.dataDir, 'memory.jsonl')
    const { channel } = bench.channel({ args: [program, ...args], env: { MEMORY_FILE_PATH: memory } })
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'omni2', version: '0' } }
    await channel.open(within())
    expect(await channel.request('initialize', params, within())).toMatchObject({
      result: { protocolVersion: '2025-11-25' },
    })
    await channel.notify('notifications/initialized', {}, within())
    expect(await channel.request('ping', {}, within())).toEqual({ result: {} })
    const list = await channel.request('tools/list', {}, within())
    const { tools } = z
      .object({ tools: z.array(z.object({ name: z.string() })) })
      .parse('result' in list && list.result)
    expect(tools.length).toBeGreaterThan(5)
    expect(await channel.request('tools/call', { name: 'no-such-tool', arguments: {} }, within())).toBeDefined()
  })
})
