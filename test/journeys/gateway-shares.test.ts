import { request } from 'node:http'
import { expect, test } from 'vitest'
import { withFiles } from '../support/few-files.ts'
import { legacyClient } from '../support/gateway-clients.ts'
import { registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'
import { rawServer } from '../support/raw-server.ts'

/** So many files, of which one token gets 48 streams to clients, and 12 connections of its own to servers. */
const FEW = withFiles(256)
const META = 'io.modelcontextprotocol/'

type Stream = { readonly status: number | undefined; readonly retryAfter: string | undefined; readonly end: () => void }

/** A modern client that waits for changes. */
const listen = (url: string, token: string) =>
  new Promise<Stream>((resolve, reject) => {
    const headers = {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'text/event-stream, */*' },
      ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' },
    }
    const _meta = {
      [`${META}protocolVersion`]: '2026-07-28',
      [`${META}clientInfo`]: { name: 'test', version: '1.0.0' },
      [`${META}clientCapabilities`]: {},
    }
    const params = { _meta, notifications: { toolsListChanged: true } }
    const sent = request(`${url}/mcp`, { method: 'POST', headers, agent: false }, (response) => {
      response.resume()
      response.on('error', () => {})
      const { statusCode: status, headers: told } = response
      resolve({ status, retryAfter: told['retry-after'], end: () => sent.destroy() })
    })
    sent.on('error', reject)
    sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }))
  })

test('one token takes half of the streams to clients, and leaves the others theirs', async () => {
  await using omni2 = await Omni2.start({ through: FEW })
  const { token } = await omni2.api.createToken({ body: { name: 'greedy', role: 'agent' } })
  const streams = await Promise.all(Array.from({ length: 48 }, () => listen(omni2.url, token)))
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]))
  const refused = await listen(omni2.url, token)
  expect([refused.status, Number(refused.retryAfter) > 0]).toEqual([429, true])
  const other = await listen(omni2.url, omni2.adminToken)
  expect(other.status).toBe(200)
  streams.pop()?.end()
  const again = await until(
    () => listen(omni2.url, token),
    ({ status }) => status === 200,
  )
  for (const { end } of [...streams, refused, other, again]) end()
})

test('one token takes no more than its share of sessions at servers, each opened with its first call', async () => {
  let sessions = 0
  await using server = await rawServer(({ message: { id, method }, request: { method: how }, response, result }) => {
    const content = [{ type: 'text', text: 'called' }]
    if (method === 'initialize') {
      const serverInfo = { name: 'keeping', version: '1.0.0' }
      result({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo }, { 'mcp-session-id': 'one' })
      sessions++
    } else if (how === 'DELETE') {
      response.writeHead(200).end()
      sessions--
    } else if (how === 'GET') response.writeHead(405).end()
    else if (id === undefined) response.writeHead(202).end()
    else if (method === 'tools/list') result({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] })
    else result({ content })
  })
  await using omni2 = await Omni2.start({ through: FEW })
  await registerHealthy(omni2, 'keeping', { url: server.url, check_interval_seconds: 3_600 })
  const at = async (name: string) => {
    const { token } = await omni2.api.createToken({ body: { name, role: 'agent' } })
    return { url: omni2.url, path: '/mcp', token }
  }
  const [greedy, modest] = [await at('greedy'), await at('modest')]
  const agents = await Promise.all(Array.from({ length: 13 }, () => legacyClient(greedy)))
  await using other = await legacyClient(modest)
  try {
    for (const { client } of agents) await client.listTools()
    const ofChecks = sessions
    expect(ofChecks).toBe(1)
    for (const { call } of agents.slice(0, 12)) expect(await call('keeping__echo')).toMatchObject({ text: 'called' })
    expect(sessions).toBe(ofChecks + 12)
    const refused = await agents[12]?.call('keeping__echo')
    expect(refused).toMatchObject({ isError: true, meta: { 'omni2/refusal': { server: 'keeping' } } })
    expect(refused?.text).toMatch(/sessions with this token have 12 connections, which is the most. Try again in \d+ s/)
    expect(await other.call('keeping__echo')).toMatchObject({ text: 'called' })
    expect(sessions).toBe(ofChecks + 13)
    await agents[0]?.transport.terminateSession()
    await until(
      () => sessions,
      (count) => count === ofChecks + 12,
    )
    expect(await agents[12]?.call('keeping__echo')).toMatchObject({ text: 'called' })
  } finally {
    await Promise.all(agents.map((agent) => agent[Symbol.asyncDispose]()))
  }
  await until(
    () => sessions,
    (count) => count === 2,
  )
})

test('a session that nobody uses any more gives up what it has at servers', async () => {
  await using server = await rawServer()
  await using omni2 = await Omni2InFakeTime.start()
  const token = omni2.adminToken
  await registerHealthy(omni2, 'kept', { url: server.url, check_interval_seconds: 86_400 })
  const agents = await Promise.all([1, 2].map(() => legacyClient({ url: omni2.url, path: '/mcp', token })))
  const [listening, left] = agents
  for (const agent of agents) expect(await agent.call('kept__echo')).toMatchObject({ text: 'called' })
  // As a program that ends does: without a word.
  await left?.client.close()
  await omni2.clock.advance(30 * 60_000)
  const ended = async () => {
    await omni2.clock.advance(60_000)
    return server.asked.filter((method) => method === 'DELETE').length
  }
  await until(ended, (count) => count === 1)
  expect(await listening?.call('kept__echo')).toMatchObject({ text: 'called' })
  expect(server.asked.filter((method) => method === 'initialize')).toHaveLength(3)
  await listening?.[Symbol.asyncDispose]()
})
