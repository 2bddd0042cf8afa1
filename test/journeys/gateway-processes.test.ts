import path from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ListRootsRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { read, registerHealthy, stdioDraft, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

let omni2: Omni2
let token: string

beforeAll(async () => {
  omni2 = await Omni2.start()
  token = (await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })).token
})
afterAll(() => omni2.stop())

const at = (name: string) => ({ url: omni2.url, path: `/servers/${name}/mcp`, token })
const counting = stdioDraft({ command: process.execPath, args: [path.resolve('test/fixtures/counting.ts')], env: {} })
const register = (name: string) =>
  registerHealthy(omni2, name, { ...counting, gateway_process: 'per_session', check_interval_seconds: 3_600 })

type Agent = Awaited<ReturnType<typeof legacyClient>>

/** What the process behind an agent counted, and which it is. */
async function count({ call }: Pick<Agent, 'call'>) {
  const { text } = await call('count')
  const [, n, pid] = /^(\d+) (\d+)$/.exec(text) ?? []
  return { n: Number(n), pid: Number(pid) }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('each session has a process that remembers it alone, until the session ends', async () => {
  await register('apart')
  await using one = await legacyClient(at('apart'))
  await using other = await legacyClient(at('apart'))
  const first = await count(one)
  expect(await count(one)).toEqual({ n: 2, pid: first.pid })
  const second = await count(other)
  expect(second.n).toBe(1)
  expect(second.pid).not.toBe(first.pid)
  await one.transport.terminateSession()
  await until(
    () => isAlive(first.pid),
    (alive) => !alive,
  )
  expect(await count(other)).toEqual({ n: 2, pid: second.pid })
})

test('agents without sessions share the process of the checks, and so do all where nothing else was said', async () => {
  const { id } = await register('shared')
  await using one = await modernClient(at('shared'))
  await using other = await modernClient(at('shared'))
  const { n, pid } = await count(one)
  expect(await count(other)).toEqual({ n: n + 1, pid })
  await using session = await legacyClient(at('shared'))
  expect((await count(session)).pid).not.toBe(pid)
  await omni2.api.updateServer({ params: { id }, body: { gateway_process: 'shared' } })
  expect(await count(session)).toEqual({ n: n + 2, pid })
})

test('a process asks and tells its own client, who is known', async () => {
  await register('asking')
  const agentOf = async (name: string) => {
    const client = new Client({ name, version: '1.0.0' }, { capabilities: { roots: {} } })
    const logs: unknown[] = []
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: `file:///${name}` }] }))
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(params.data))
    return { logs, agent: await legacyClient(at('asking'), client) }
  }
  const [ada, bob] = await Promise.all([agentOf('ada'), agentOf('bob')])
  await using one = ada.agent
  await using other = bob.agent
  const answers = await Promise.all([one.call('ask'), other.call('ask'), one.call('ask')])
  expect(answers.map(({ text }) => /file:\/\/\/\w+/.exec(text)?.[0])).toEqual([
    'file:///ada',
    'file:///bob',
    'file:///ada',
  ])
  const { text: pid } = await one.call('log')
  await until(
    () => ada.logs,
    (logs) => logs.includes(`from ${pid}`),
  )
  expect(bob.logs).toEqual([])
})

test('a process that its client breaks is that client’s alone, and is started again', async () => {
  const { id } = await register('broken')
  await using one = await legacyClient(at('broken'))
  await using other = await legacyClient(at('broken'))
  await count(one)
  const { pid } = await count(other)
  expect((await one.call('die')).text).toContain('exited with code 1')
  expect(await count(other)).toEqual({ n: 2, pid })
  await until(
    () => count(one),
    ({ n }) => n > 0,
  )
  expect((await read(omni2, id)).health_status).toBe('healthy')
})

test('the seventeenth session is refused in words, and served once another has ended', async () => {
  const { id } = await register('full')
  const agents: Agent[] = []
  try {
    for (let n = 0; n < 16; n++) agents.push(await legacyClient(at('full')))
    const pids = (await Promise.all(agents.map(count))).map(({ pid }) => pid)
    expect(new Set(pids).size).toBe(16)
    await using late = await legacyClient(at('full'))
    const refused = await late.call('count')
    expect(refused).toMatchObject({
      isError: true,
      meta: { 'omni2/refusal': { reason_code: null, may_be_done: false } },
    })
    expect(refused.text).toMatch(/16 sessions have a process of it, which is the most. Try again in \d+ s/)
    const { calls } = await until(
      () => omni2.api.listCalls({ query: { server_id: String(id), outcome: 'refused' } }),
      (listed) => listed.calls.length > 0,
    )
    expect(calls).toMatchObject([{ target: 'count', outcome: 'refused' }])
    await agents.pop()?.[Symbol.asyncDispose]()
    const served = await until(
      () => count(late),
      ({ n }) => n > 0,
    )
    expect(served.n).toBe(1)
    expect(pids).not.toContain(served.pid)
  } finally {
    await Promise.all(agents.map((agent) => agent[Symbol.asyncDispose]()))
  }
})
