import { expect, test } from 'vitest'
import { dualEraServer, legacyServer } from '../support/fixture-servers.ts'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { check, read, registerHealthy, stdioDraft, until, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { rawServer } from '../support/raw-server.ts'
import { everythingStdio } from '../support/real-servers.ts'

/** Omni2 with a token that may use the gateway and nothing else. */
async function start() {
  const omni2 = await Omni2.start()
  const { token } = await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })
  const at = (path: string) => ({ url: omni2.url, path, token })
  return { omni2, at, [Symbol.asyncDispose]: () => omni2.stop() }
}

const http = (url: string) => ({ protocol: 'http-streamable' as const, url, check_interval_seconds: 5 })

test('clients of both eras use servers of both eras and a process, through one endpoint', async () => {
  await using up = await start()
  await using legacy = await legacyServer()
  await using dual = await dualEraServer()
  await registerHealthy(up.omni2, 'old', http(legacy.url))
  await registerHealthy(up.omni2, 'new', http(dual.url))
  await registerHealthy(up.omni2, 'process', stdioDraft(everythingStdio()))
  for (const connect of [legacyClient, modernClient]) {
    await using agent = await connect(up.at('/mcp'))
    const { tools } = await agent.client.listTools()
    const names = tools.map(({ name }) => name)
    expect(names).toContain('old__echo')
    expect(names).toContain('new__echo')
    expect(names).toContain('process__echo')
    expect(await agent.call('old__echo', { text: 'a' })).toMatchObject({ text: '{"text":"a"}', isError: false })
    expect(await agent.call('new__echo', { text: 'b' })).toMatchObject({ text: 'b', meta: { era: 'modern' } })
    expect(await agent.call('process__echo', { message: 'c' })).toMatchObject({ text: 'Echo: c' })
    await expect(agent.client.callTool({ name: 'nobody__echo' })).rejects.toThrow('Unknown tool nobody__echo')
  }
})

test('the endpoint of one server keeps its names', async () => {
  await using up = await start()
  await using legacy = await legacyServer()
  await registerHealthy(up.omni2, 'old', http(legacy.url))
  for (const connect of [legacyClient, modernClient]) {
    await using agent = await connect(up.at('/servers/old/mcp'))
    expect((await agent.client.listTools()).tools.map(({ name }) => name)).toEqual(['echo', 'add'])
    expect(await agent.call('echo', { text: 'a' })).toMatchObject({ text: '{"text":"a"}' })
  }
})

test('a server that dies is told in words, and is back for who was connected all along', async () => {
  await using up = await start()
  await using legacy = await legacyServer()
  const { id } = await registerHealthy(up.omni2, 'old', http(legacy.url))
  await using old = await legacyClient(up.at('/mcp'))
  await using modern = await modernClient(up.at('/mcp'))
  const agents = [old, modern]
  for (const agent of agents) expect(await agent.call('old__echo', { text: 'a' })).toMatchObject({ isError: false })

  await legacy.kill()
  for (const agent of agents) {
    const failed = await agent.call('old__echo', { text: 'b' })
    expect(failed.isError).toBe(true)
    expect(failed.text).toMatch(/^The server "old" did not do this: Connection refused .* Try again in \d+ s/)
    expect(failed.meta['omni2/refusal']).toMatchObject({ reason_code: 'connect_refused', may_be_done: false })
  }
  for (let failures = 0; failures < 5; failures++) await check(up.omni2, id)
  await untilStatus(up.omni2, id, 'circuit_open')
  // Back already, but not asked before the breaker says so.
  await legacy.start()
  for (const agent of agents) {
    const refused = await agent.call('old__echo', { text: 'c' })
    expect(refused.meta['omni2/refusal']).toMatchObject({ health_status: 'circuit_open' })
    expect((await agent.client.listTools()).tools.map(({ name }) => name)).toContain('old__echo')
  }

  expect((await legacy.requests()).filter(({ rpc }) => rpc === 'tools/call')).toEqual([])
  await up.omni2.api.resetBreaker({ params: { id } })
  await untilStatus(up.omni2, id, 'healthy')
  for (const agent of agents)
    expect(await agent.call('old__echo', { text: 'd' })).toMatchObject({ text: '{"text":"d"}' })
})

test('by setting what a server that is down offers is not listed, and can be called again once it is back', async () => {
  await using up = await start()
  await using legacy = await legacyServer()
  const { id } = await registerHealthy(up.omni2, 'old', http(legacy.url))
  await up.omni2.api.updateSettings({ body: { gateway_hide_down_servers: true } })
  for (const connect of [legacyClient, modernClient]) {
    await using agent = await connect(up.at('/mcp'))
    expect((await agent.client.listTools()).tools).toHaveLength(2)
  }
  await using agent = await modernClient(up.at('/mcp'))
  const listed = async () => (await agent.client.listTools({}, { cacheMode: 'bypass' })).tools.length
  await legacy.kill()
  await check(up.omni2, id)
  await until(listed, (count) => count === 0)
  await legacy.start()
  await check(up.omni2, id)
  // Lists change because of health once a minute at most; its name has stayed good all the time.
  expect(await agent.call('old__echo', { text: 'a' })).toMatchObject({ text: '{"text":"a"}' })
  expect(await listed()).toBe(0)
  await up.omni2.api.updateSettings({ body: { gateway_hide_down_servers: false } })
  expect(await listed()).toBe(2)
})

test('calls that fail are signals, and bad arguments are none', async () => {
  await using up = await start()
  await using legacy = await legacyServer()
  const { id } = await registerHealthy(up.omni2, 'old', { ...http(legacy.url), check_interval_seconds: 3_600 })
  await using agent = await legacyClient(up.at('/mcp'))
  await legacy.behave({ call: 'rpc_error' })
  for (let bad = 0; bad < 20; bad++) await expect(agent.call('old__echo')).rejects.toThrow('echo cannot do that')
  await legacy.behave({ call: 'is_error' })
  for (let bad = 0; bad < 20; bad++) expect((await agent.call('old__echo')).isError).toBe(true)
  expect(await read(up.omni2, id)).toMatchObject({ health_status: 'healthy', circuit: { failure_count: 0 } })

  await legacy.kill()
  expect((await agent.call('old__echo')).isError).toBe(true)
  // The check that a failed call starts is the only one due within the hour.
  await until(
    async () => (await up.omni2.api.listHealthLogs({ params: { id }, query: { trigger: ['passive'] } })).logs,
    (logs) => logs.length > 0,
  )
})

test('nobody without a token for it gets in', async () => {
  await using up = await start()
  const { omni2 } = up
  const viewer = await omni2.api.createToken({ body: { name: 'viewer', role: 'viewer' } })
  const agent = await omni2.api.createToken({ body: { name: 'brief', role: 'agent' } })
  const post = (path: string, headers: Record<string, string>) =>
    fetch(`${omni2.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    })
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  expect((await post('/mcp', {})).status).toBe(401)
  expect((await post('/mcp', bearer('wrong'))).status).toBe(401)
  expect((await post('/mcp', bearer(viewer.token))).status).toBe(403)
  expect((await post('/mcp', { ...bearer(agent.token), origin: 'https://elsewhere.example' })).status).toBe(403)
  expect((await post('/servers/nobody/mcp', bearer(agent.token))).status).toBe(404)
  expect((await post('/mcp', { ...bearer(agent.token), 'content-type': 'text/plain' })).status).toBe(415)
  expect((await post('/mcp', bearer(agent.token))).status).toBe(400)
  expect((await post('/mcp', { ...bearer(agent.token), 'mcp-session-id': 'made-up' })).status).toBe(404)
  await omni2.api.deleteToken({ params: { id: agent.id } })
  expect((await post('/mcp', bearer(agent.token))).status).toBe(401)
})

test('what would be kept for long is refused when it is too long, or too much', async () => {
  await using up = await start()
  await using legacy = await rawServer(({ message, result, honest }) =>
    message.method === 'resources/subscribe' && message.params.uri !== 'test://refused' ? result({}) : honest(),
  )
  const { omni2 } = up
  await registerHealthy(omni2, 'legacy', http(legacy.url))
  const { url, token } = up.at('/servers/legacy/mcp')
  const post = async (method: string, params: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/servers/legacy/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    return { status: response.status, response, text: await response.text() }
  }
  const greeting = (name: string) => ({
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name, version: '1.0.0' },
  })
  expect((await post('initialize', greeting('x'.repeat(70_000)))).status).toBe(413)
  const { response } = await post('initialize', greeting('agent'))
  const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' }
  const meta = 'io.modelcontextprotocol/'
  const _meta = { [`${meta}protocolVersion`]: '2026-07-28', [`${meta}clientCapabilities`]: {} }
  const long = ['x'.repeat(300_000)]
  const listen = { _meta, notifications: { resourceSubscriptions: long } }
  expect((await post('subscriptions/listen', listen, modern)).status).toBe(413)
  const session = { 'mcp-session-id': `${response.headers.get('mcp-session-id')}` }
  expect((await post('m'.repeat(129), {}, session)).status).toBe(404)
  expect((await post('resources/subscribe', { uri: 'test://refused' }, session)).text).toContain('Method not found')
  for (let n = 0; n < 200; n++) await post('resources/subscribe', { uri: `test://${n}` }, session)
  expect((await post('resources/subscribe', { uri: 'test://more' }, session)).text).toContain('at most 200 resources')
  await post('resources/unsubscribe', { uri: 'test://0' }, session)
  expect((await post('resources/subscribe', { uri: 'test://more' }, session)).text).not.toContain('at most')
})

test('a session belongs to the token and the endpoint it was opened with', async () => {
  await using up = await start()
  const { omni2 } = up
  const stranger = await omni2.api.createToken({ body: { name: 'stranger', role: 'agent' } })
  await using agent = await legacyClient(up.at('/mcp'))
  const session = agent.transport.sessionId ?? ''
  const ping = (token: string) =>
    fetch(`${omni2.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'mcp-session-id': session },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    })
  expect((await ping(up.at('').token)).status).toBe(200)
  expect((await ping(stranger.token)).status).toBe(404)
})

test('a collection offers what was chosen, under the names that were chosen', async () => {
  await using up = await start()
  const { omni2 } = up
  await using legacy = await legacyServer()
  const { id } = await registerHealthy(omni2, 'old', http(legacy.url))
  await registerHealthy(omni2, 'other', http(legacy.url))
  const tools = [{ tool: 'echo', name: 'say', description: 'Says it' }]
  await omni2.api.createCollection({
    body: { name: 'chosen', servers: [{ server_id: id, tools, other_tools: false }] },
  })
  for (const connect of [legacyClient, modernClient]) {
    await using agent = await connect(up.at('/collections/chosen/mcp'))
    const listed = (await agent.client.listTools()).tools
    expect(listed.map(({ name, description }) => [name, description])).toEqual([['say', 'Says it']])
    expect(await agent.call('say', { text: 'a' })).toMatchObject({ text: '{"text":"a"}' })
    for (const name of ['old__echo', 'old__add', 'other__echo', 'echo']) {
      await expect(agent.call(name)).rejects.toThrow(`Unknown tool ${name}`)
    }
  }
})

test('a limited token finds nothing beyond its limit', async () => {
  await using up = await start()
  const { omni2 } = up
  await using legacy = await legacyServer()
  const mine = await registerHealthy(omni2, 'mine', http(legacy.url))
  const theirs = await registerHealthy(omni2, 'theirs', http(legacy.url))
  await omni2.api.createCollection({ body: { name: 'closed', servers: [{ server_id: theirs.id }] } })
  const limit = { servers: [mine.id], collections: [] }
  const { token } = await omni2.api.createToken({ body: { name: 'limited', role: 'agent', limit } })
  await using agent = await modernClient({ url: omni2.url, path: '/mcp', token })
  expect((await agent.client.listTools()).tools.map(({ name }) => name)).toEqual(['mine__echo', 'mine__add'])
  expect(await agent.call('mine__echo', {})).toMatchObject({ isError: false })
  await expect(agent.call('theirs__echo')).rejects.toThrow('Unknown tool theirs__echo')
  for (const path of ['/servers/theirs/mcp', '/collections/closed/mcp', '/servers/nobody/mcp']) {
    await expect(modernClient({ url: omni2.url, path, token })).rejects.toMatchObject({ status: 404 })
  }
})
