import { Client as ModernClient } from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import {
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dualEraServer, legacyServer } from '../support/fixture-servers.ts'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { registerHealthy, stdioDraft, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { aTool, rawServer } from '../support/raw-server.ts'
import { everythingStdio } from '../support/real-servers.ts'

let omni2: Omni2
let token: string

beforeAll(async () => {
  omni2 = await Omni2.start()
  token = (await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })).token
})
afterAll(() => omni2.stop())

const INFO = { name: 'test-client', version: '1.0.0' }
const at = (path: string, as = token) => ({ url: omni2.url, path, token: as })

/** A modern client that waits for changes of tools, and counts them. */
async function waiting(path: string, as = token) {
  const client = new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } })
  let told = 0
  client.setNotificationHandler('notifications/tools/list_changed', () => void told++)
  const agent = await modernClient(at(path, as), client)
  const subscription = await client.listen({ toolsListChanged: true })
  return { ...agent, subscription, told: () => told }
}

/** The stream of a session's own, until it ends. */
async function streamOf(session: string | undefined, as: string): Promise<Promise<string>> {
  const headers = { authorization: `Bearer ${as}`, accept: 'text/event-stream', 'mcp-session-id': `${session}` }
  const response = await fetch(`${omni2.url}/mcp`, { headers })
  return response.text()
}

test('who listens in the modern era hears of the servers it can see, and of no others', async () => {
  await using server = await dualEraServer()
  await using bystander = await legacyServer()
  await registerHealthy(omni2, 'changing', { url: server.url })
  const { id } = await registerHealthy(omni2, 'still', { url: bystander.url })
  const limit = { servers: [id], collections: [] }
  const limited = await omni2.api.createToken({ body: { name: 'limited', role: 'agent', limit } })
  await using narrow = await waiting('/mcp', limited.token)
  await using all = await waiting('/mcp')
  await using other = await waiting('/servers/still/mcp')
  expect(all.subscription.honoredFilter).toEqual({ toolsListChanged: true })
  await server.setExtraTools(['more'])
  await until(all.told, (count) => count > 0)
  expect((await all.client.listTools()).tools.map(({ name }) => name)).toContain('changing__more')
  await narrow.client.listTools()
  expect([other.told(), narrow.told()]).toEqual([0, 0])
})

test('a token that is taken away ends what was opened with it, and nothing else', async () => {
  const brief = await omni2.api.createToken({ body: { name: 'brief', role: 'agent' } })
  await using gone = await waiting('/mcp', brief.token)
  await using stays = await waiting('/mcp')
  await using old = await legacyClient(at('/mcp', brief.token))
  const stream = streamOf(old.transport.sessionId, brief.token)
  await omni2.api.deleteToken({ params: { id: brief.id } })
  expect(await gone.subscription.closed).toBe('graceful')
  await stream
  const first = await Promise.race([stays.subscription.closed, stays.client.listTools()])
  expect(first).toHaveProperty('tools')
})

test('a token that expires ends what was opened with it', async () => {
  const brief = await omni2.api.createToken({
    body: { name: 'expiring', role: 'agent', expires_at: new Date(Date.now() + 5_000).toISOString() },
  })
  await using gone = await waiting('/mcp', brief.token)
  await using old = await legacyClient(at('/mcp', brief.token))
  const stream = streamOf(old.transport.sessionId, brief.token)
  expect(await gone.subscription.closed).toBe('graceful')
  await stream
})

test('a server that is disabled is left by every session, and has them anew when it is back', async () => {
  await using server = await legacyServer()
  const { id } = await registerHealthy(omni2, 'paused', { url: server.url })
  await using agent = await legacyClient(at('/servers/paused/mcp'))
  expect((await agent.call('echo')).isError).toBe(false)
  expect(await server.sessionCount()).toBe(2)
  await omni2.api.disableServer({ params: { id } })
  await until(
    () => server.sessionCount(),
    (count) => count === 0,
  )
  await omni2.api.enableServer({ params: { id } })
  await until(
    () => agent.call('echo'),
    (result) => !result.isError,
  )
})

test('updates of a process come to who subscribed, and to nobody else', async () => {
  await registerHealthy(omni2, 'process', stdioDraft(everythingStdio()))
  const listening = async () => {
    const client = new LegacyClient(INFO)
    const heard: string[] = []
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri))
    return { ...(await legacyClient(at('/mcp'), client)), heard }
  }
  await using first = await listening()
  await using second = await listening()
  await using bystander = await listening()
  const { resources } = await first.client.listResources()
  const [one = '', other = ''] = resources.map(({ uri }) => uri).filter((uri) => uri.startsWith('omni2://process/'))
  await first.client.subscribeResource({ uri: one })
  await second.client.subscribeResource({ uri: other })
  await first.call('process__toggle-subscriber-updates')
  await until(
    () => [...first.heard, ...second.heard],
    () => first.heard.length > 0 && second.heard.length > 0,
  )
  expect([new Set(first.heard), new Set(second.heard)]).toEqual([new Set([one]), new Set([other])])
  // Who wants no more of it hears none, while others do.
  await first.client.unsubscribeResource({ uri: one })
  const before = [first.heard.length, second.heard.length] as const
  await until(
    () => second.heard.length,
    (count) => count > before[1] + 1,
  )
  expect([first.heard.length, bystander.heard]).toEqual([before[0], []])
})

test('arguments that a tool wants as headers are there, and say what the body says', async () => {
  const inputSchema = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } }
  const listed = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
  const seen: unknown[] = []
  await using upstream = await rawServer(({ message, request, result, json }) => {
    if (message.method === 'server/discover')
      result({ ...listed, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } })
    else if (message.method === 'tools/list') result({ ...listed, tools: [{ name: 'ship', inputSchema }] })
    else if (message.method === 'tools/call') {
      seen.push(request.headers['mcp-param-region'])
      result({ resultType: 'complete', content: [{ type: 'text', text: 'shipped' }] })
    } else json(404, { jsonrpc: '2.0', id: message.id, error: { code: -32_601, message: 'Method not found' } })
  })
  await registerHealthy(omni2, 'shop', { url: upstream.url })
  const region = 'Zürich'
  const encoded = `=?base64?${Buffer.from(region).toString('base64')}?=`
  await using agent = await modernClient(at('/mcp'))
  await agent.client.listTools()
  expect(await agent.call('shop__ship', { region })).toMatchObject({ text: 'shipped' })
  await using old = await legacyClient(at('/mcp'))
  expect(await old.call('shop__ship', { region })).toMatchObject({ text: 'shipped' })
  expect(seen.splice(0)).toEqual([encoded, encoded])

  const post = async (headers: Record<string, string>, name = 'shop__ship') => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const params = { name: 'shop__ship', arguments: { region }, _meta: meta }
    const response = await fetch(`${omni2.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': name,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    })
    const { error } = (await response.json()) as { error?: { code: number } } // JSON-RPC
    return [response.status, error?.code]
  }
  const said = { 'mcp-param-region': encoded }
  expect(await post(said)).toEqual([200, undefined])
  expect(seen.splice(0)).toEqual([encoded])
  const refused = [400, -32_020]
  expect(await post({})).toEqual(refused)
  expect(await post({ 'mcp-param-region': 'elsewhere' })).toEqual(refused)
  expect(await post(said, 'shop__other')).toEqual(refused)
  expect(await post({ ...said, 'mcp-method': 'tools/list' })).toEqual(refused)
  expect(await post({ ...said, 'mcp-protocol-version': '2025-11-25' })).toEqual(refused)
  expect(seen).toEqual([])
})

test('what a modern server wants to know first is asked of a legacy client, and sent along', async () => {
  const listed = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
  const inputRequests = {
    who: {
      method: 'elicitation/create',
      params: { mode: 'form', message: 'Who?', requestedSchema: { type: 'object', properties: {} } },
    },
    where: { method: 'roots/list', params: {} },
  }
  const sent: unknown[] = []
  await using upstream = await rawServer(({ message: { id, method, params }, result, json }) => {
    if (method === 'server/discover')
      result({ ...listed, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } })
    else if (method === 'tools/list') result({ ...listed, tools: [{ name: 'greet', inputSchema: { type: 'object' } }] })
    else if (method === 'tools/call') {
      sent.push([params.requestState, params.inputResponses])
      if (params.inputResponses === undefined)
        result({ resultType: 'input_required', inputRequests, requestState: 'half way' })
      else result({ resultType: 'complete', content: [{ type: 'text', text: 'Hello' }] })
    } else json(404, { jsonrpc: '2.0', id, error: { code: -32_601, message: 'Method not found' } })
  })
  await registerHealthy(omni2, 'polite', { url: upstream.url })
  const client = new LegacyClient(INFO, { capabilities: { elicitation: {}, roots: {} } })
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }))
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///mine' }] }))
  await using agent = await legacyClient(at('/servers/polite/mcp'), client)
  expect(await agent.call('greet')).toMatchObject({ text: 'Hello', isError: false })
  const answers = {
    who: { action: 'accept', content: { name: 'Ada' } },
    where: { roots: [{ uri: 'file:///mine' }] },
  }
  expect(sent.splice(0)).toEqual([
    [undefined, undefined],
    ['half way', answers],
  ])
  // Who cannot be asked gets an error instead of an answer that the server never had.
  await using mute = await legacyClient(at('/servers/polite/mcp'))
  await expect(mute.call('greet')).rejects.toThrow('Method not found')
  expect(sent).toEqual([[undefined, undefined]])
})

test('that a list changed is heard from whatever answer says it', async () => {
  const more = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }
  let tools = [aTool('echo')]
  await using upstream = await rawServer((exchange) => {
    const { message, response, result } = exchange
    if (message.method === 'tools/list') result({ tools })
    else if (message.method === 'tools/call') {
      tools = [aTool('echo'), aTool('grown')]
      const reply = { jsonrpc: '2.0', id: message.id, result: { content: [] } }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end([more, reply].map((said) => `data: ${JSON.stringify(said)}\n\n`).join(''))
    } else exchange.honest()
  })
  await registerHealthy(omni2, 'grows', { url: upstream.url, check_interval_seconds: 3_600 })
  await using agent = await modernClient(at('/servers/grows/mcp'))
  await agent.call('echo')
  await until(
    async () => (await agent.client.listTools()).tools.map(({ name }) => name),
    (names) => names.includes('grown'),
  )
})
