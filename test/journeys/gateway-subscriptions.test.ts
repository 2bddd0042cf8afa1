import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Client as ModernClient } from '@modelcontextprotocol/client'
import { LoggingMessageNotificationSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChildServer } from '../support/child-server.ts'
import { type DualEraServer, dualEraServer } from '../support/fixture-servers.ts'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { check, registerHealthy, stdioDraft, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { rawServer } from '../support/raw-server.ts'
import { everythingHttp, everythingStdio } from '../support/real-servers.ts'

let omni2: Omni2
let modern: DualEraServer
let legacy: ChildServer
let token: string

beforeAll(async () => {
  omni2 = await Omni2.start()
  modern = await dualEraServer()
  legacy = await everythingHttp()
  await registerHealthy(omni2, 'modern', { protocol: 'http-streamable', url: modern.url })
  await registerHealthy(omni2, 'legacy', { protocol: 'http-streamable', url: legacy.url })
  await registerHealthy(omni2, 'process', stdioDraft(everythingStdio()))
  token = (await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })).token
})
afterAll(async () => {
  await omni2?.stop()
  await modern?.kill()
  await legacy?.kill()
})

const at = (path: string) => ({ url: omni2.url, path, token })
const NOTE = 'note://watched'

/** A client of the current revision that notes which resources it is told of. */
async function listening(path: string) {
  const client = new ModernClient({ name: 'listening', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  const heard: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
  const agent = await modernClient(at(path), client)
  return { ...agent, heard }
}

/** Tells of the note until this is so: what was just subscribed to may be told of a moment later. */
const toldUntil = (isSo: () => boolean) =>
  until(
    () => modern.resourceUpdated(NOTE).then(isSo),
    (so) => so,
  )

describe('a modern server', () => {
  test('tells modern clients of resources that they subscribed to, and no others', async () => {
    await using one = await listening('/mcp')
    await using two = await listening('/servers/modern/mcp')
    await using other = await listening('/mcp')
    const asked = { resourceSubscriptions: [`omni2://modern/${NOTE}`, 'omni2://nobody/x'] }
    const subscription = await one.client.listen(asked)
    expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: [`omni2://modern/${NOTE}`] })
    await two.client.listen({ resourceSubscriptions: [NOTE] })
    await other.client.listen({ toolsListChanged: true })
    await toldUntil(() => one.heard.length > 0 && two.heard.length > 0)
    expect([one.heard[0], two.heard[0], other.heard]).toEqual([`omni2://modern/${NOTE}`, NOTE, []])

    await subscription.close()
    const [before, after] = [one.heard.length, two.heard.length]
    await toldUntil(() => two.heard.length > after)
    expect(one.heard.length).toBe(before)
  })

  test('tells legacy clients', async () => {
    await using one = await legacyClient(at('/mcp'))
    await using other = await legacyClient(at('/mcp'))
    const [heard, overheard]: [string[], string[]] = [[], []]
    one.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri))
    other.client.setNotificationHandler(ResourceUpdatedNotificationSchema, () => void overheard.push('something'))
    await one.client.subscribeResource({ uri: `omni2://modern/${NOTE}` })
    await toldUntil(() => heard.length > 0)
    expect([heard[0], overheard]).toEqual([`omni2://modern/${NOTE}`, []])
  })

  test('tells them still after it was started anew', async () => {
    await using one = await listening('/mcp')
    await one.client.listen({ resourceSubscriptions: [`omni2://modern/${NOTE}`] })
    await toldUntil(() => one.heard.length > 0)
    await modern.kill()
    await modern.start()
    one.heard.length = 0
    const { id } = (await omni2.api.listServers({ query: { q: 'modern' } })).servers[0] ?? { id: 0 }
    await omni2.api.reloadServer({ params: { id } })
    await toldUntil(() => one.heard.length > 0)
  })
})

test.each(['legacy', 'process'])('server-everything of the legacy era as %s tells modern clients', async (name) => {
  await using one = await listening('/mcp')
  await using other = await listening('/mcp')
  const { resources } = await one.client.listResources()
  const uri = resources.find((resource) => resource.uri.startsWith(`omni2://${name}/`))?.uri ?? ''
  const subscription = await one.client.listen({ resourceSubscriptions: [uri] })
  expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: [uri] })
  await one.call(`${name}__toggle-subscriber-updates`)
  await until(
    () => one.heard,
    (all) => all.includes(uri),
  )
  expect(other.heard).toEqual([])
})

test('a part of a resource is told to who subscribed to the whole, and to nobody who shares the connection', async () => {
  await using server = await subscribable()
  await registerHealthy(omni2, 'parts', { protocol: 'http-streamable', url: server.url })
  await using one = await listening('/servers/parts/mcp')
  await using other = await listening('/servers/parts/mcp')
  await one.client.listen({ resourceSubscriptions: ['note://a'] })
  await other.client.listen({ resourceSubscriptions: ['note://ab', 'note://last'] })
  for (const uri of ['note://a/part', 'note://ab', 'note://last']) server.tell(uri)
  await until(
    () => [...one.heard, ...other.heard],
    (all) => all.length === 3,
  )
  expect([one.heard, other.heard]).toEqual([['note://a/part'], ['note://ab', 'note://last']])
})

test('what a server refuses in a later session is told: to modern clients by the end of their stream, to legacy ones in words', async () => {
  await using server = await subscribable()
  const { id } = await registerHealthy(omni2, 'fickle', { protocol: 'http-streamable', url: server.url })
  const place = at('/servers/fickle/mcp')
  await using one = await listening('/servers/fickle/mcp')
  await using other = await legacyClient(place)
  const said: unknown[] = []
  other.client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void said.push(params.data))
  const wanted = { resourceSubscriptions: ['note://a', 'note://b'] }
  const subscription = await one.client.listen(wanted)
  for (const uri of wanted.resourceSubscriptions) await other.client.subscribeResource({ uri })
  server.forget('note://a')
  await check(omni2, id)
  expect(await subscription.closed).toBe('graceful')
  expect((await one.client.listen(wanted)).honoredFilter).toEqual({ resourceSubscriptions: ['note://b'] })
  expect(said).toEqual([])
  expect(await other.call('echo')).toMatchObject({ text: 'called' })
  const words =
    'The server "fickle" tells no more when note://a changes. Subscribe to it again, or read it now and then.'
  await until(
    () => said,
    (all) => all.length > 0,
  )
  expect(said).toEqual([words])
})

test('who subscribed in a process of its own hears still when all come to share one', async () => {
  const { id } = await registerHealthy(omni2, 'alone', {
    ...stdioDraft(everythingStdio()),
    gateway_process: 'per_session',
  })
  await using one = await legacyClient(at('/servers/alone/mcp'))
  const heard: string[] = []
  one.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri))
  const [resource] = (await one.client.listResources()).resources
  const uri = resource?.uri ?? ''
  await one.client.subscribeResource({ uri })
  await omni2.api.updateServer({ params: { id }, body: { gateway_process: 'shared' } })
  await one.call('toggle-subscriber-updates')
  await until(
    () => heard,
    (all) => all.includes(uri),
  )
})

test('who subscribed in a session of its own hears still when its server keeps none any more', async () => {
  await using server = await subscribable()
  await registerHealthy(omni2, 'changed', { protocol: 'http-streamable', url: server.url })
  await using one = await legacyClient(at('/servers/changed/mcp'))
  const heard: string[] = []
  one.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri))
  await one.client.subscribeResource({ uri: 'note://a' })
  server.keepNoSessions()
  for (let n = 0; n < 2; n++) expect(await one.call('echo')).toMatchObject({ text: 'called' })
  await until(
    () => {
      server.tell('note://a')
      return heard
    },
    (all) => all.length > 0,
  )
})

test('who subscribed to as much as it may subscribes again to what it has, and to nothing more', async () => {
  await using server = await subscribable()
  await registerHealthy(omni2, 'many', { protocol: 'http-streamable', url: server.url })
  await using one = await legacyClient(at('/servers/many/mcp'))
  for (let n = 0; n < 200; n++) await one.client.subscribeResource({ uri: `note://${n}` })
  await one.client.subscribeResource({ uri: 'note://7' })
  await expect(one.client.subscribeResource({ uri: 'note://200' })).rejects.toThrow('at most 200 resources')
})

/** A legacy server with sessions that takes any subscription, and tells on the stream opened last. */
async function subscribable() {
  let stream: ServerResponse | undefined
  const sessions = new Set<string>()
  let keepsSessions = true
  let refused = ''
  const capabilities = { tools: {}, resources: { subscribe: true } }
  const serverInfo = { name: 'subscribable', version: '1.0.0' }
  const server = await rawServer(({ message: { id, method, params }, request, response, result, json, honest }) => {
    const session = `${request.headers['mcp-session-id'] ?? randomUUID()}`
    const isLost = keepsSessions ? !sessions.has(session) : request.headers['mcp-session-id'] !== undefined
    if (id !== undefined && method !== 'initialize' && isLost) response.writeHead(404).end()
    else if (request.method === 'GET') {
      stream = response.writeHead(200, { 'content-type': 'text/event-stream' })
      stream.flushHeaders()
    } else if (method === 'initialize') {
      sessions.add(session)
      const given = keepsSessions ? { 'mcp-session-id': session } : undefined
      result({ protocolVersion: '2025-11-25', capabilities, serverInfo }, given)
    } else if (method === 'resources/subscribe' && params.uri === refused) {
      json(200, { jsonrpc: '2.0', id, error: { code: -32_602, message: 'no such resource' } })
    } else if (method === 'resources/subscribe' || method === 'resources/unsubscribe') result({})
    else if (method?.startsWith('resources/')) result({ resources: [], resourceTemplates: [] })
    else honest()
  })
  const tell = (uri: string) => {
    const message = { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } }
    stream?.write(`data: ${JSON.stringify(message)}\n\n`)
  }
  /** All sessions; in the next ones this one resource is refused. */
  const forget = (uri: string) => {
    sessions.clear()
    refused = uri
  }
  const keepNoSessions = () => {
    keepsSessions = false
  }
  return { ...server, tell, forget, keepNoSessions }
}
