import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { legacyClient } from '../support/gateway-clients.ts'
import { registerHealthy } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { aTool, rawServer } from '../support/raw-server.ts'

let omni2: Omni2
beforeAll(async () => {
  omni2 = await Omni2.start()
})
afterAll(() => omni2.stop())

const at = (name: string) => ({ url: omni2.url, path: `/servers/${name}/mcp`, token: omni2.adminToken })
const LISTED = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
const Tasks = z.looseObject({ tasks: z.array(z.unknown()) })
const TASKS = 'io.modelcontextprotocol/tasks'

/** A server that makes tasks of calls and lists them to whoever asks; of the modern era, or with sessions, or neither. */
async function taskServer(kind: 'modern' | 'sessions' | 'shared') {
  const calls: Readonly<Record<string, unknown>>[] = []
  const server = await rawServer(({ message: { id, method, params }, response, result, json }) => {
    const capabilities = { tools: {}, tasks: { list: {}, requests: { tools: { call: {} } } } }
    if (id === undefined) response.writeHead(202).end()
    else if (method === 'tools/list') result({ ...LISTED, tools: [aTool('long')] })
    else if (method === 'tools/call') {
      calls.push(params)
      result({ ...LISTED, content: [{ type: 'text', text: 'done' }] })
    } else if (method === 'tasks/list') result({ ...LISTED, tasks: [{ taskId: 'of somebody' }] })
    else if (method === 'server/discover' && kind === 'modern')
      result({ ...LISTED, supportedVersions: ['2026-07-28'], capabilities })
    else if (method === 'initialize' && kind !== 'modern') {
      const headers: Record<string, string> = kind === 'sessions' ? { 'mcp-session-id': 'one' } : {}
      result({ protocolVersion: '2025-11-25', capabilities, serverInfo: { name: kind, version: '1.0.0' } }, headers)
    } else json(404, { jsonrpc: '2.0', id, error: { code: -32_601, message: 'Method not found' } })
  })
  await registerHealthy(omni2, kind, { url: server.url, check_interval_seconds: 3_600 })
  return { server, calls }
}

/** As a client of the modern era asks it that would take tasks. */
async function askModern(name: string, method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { url, path, token } = at(name)
  const headers = {
    ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'text/event-stream, */*' },
    ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': `${params.name}` },
  }
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {}, 'example.com/other': {} } },
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } })
  return (await fetch(`${url}${path}`, { method: 'POST', headers, body })).json()
}

test.each(['modern', 'shared'] as const)('where clients share a server (%s) nothing becomes a task', async (kind) => {
  const { server, calls } = await taskServer(kind)
  await using upstream = server
  await using agent = await legacyClient(at(kind))
  const refused = expect.objectContaining({ code: -32_601, message: expect.stringContaining('no tasks') })
  await expect(agent.client.request({ method: 'tasks/list', params: {} }, Tasks)).rejects.toEqual(refused)
  expect(await askModern(kind, 'tasks/list', {})).toMatchObject({ error: refused })
  expect(upstream.asked).not.toContain('tasks/list')

  const call = { name: 'long', task: { ttl: 1_000 } }
  await agent.client.request({ method: 'tools/call', params: call }, z.looseObject({}))
  expect(await askModern(kind, 'tools/call', call)).toMatchObject({ result: { content: [{ text: 'done' }] } })
  expect(calls).toHaveLength(2)
  expect(JSON.stringify(calls)).not.toContain('task')
  expect(JSON.stringify(calls).includes('example.com/other')).toBe(kind === 'modern')
})

test('in a session of its own a client has its tasks', async () => {
  const { server, calls } = await taskServer('sessions')
  await using _ = server
  await using agent = await legacyClient(at('sessions'))
  const listed = await agent.client.request({ method: 'tasks/list', params: {} }, Tasks)
  expect(listed.tasks).toEqual([{ taskId: 'of somebody' }])
  const task = { ttl: 1_000 }
  await agent.client.request({ method: 'tools/call', params: { name: 'long', task } }, z.looseObject({}))
  expect(calls).toMatchObject([{ name: 'long', task }])
})
