import type { ServerResponse } from 'node:http'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect, test } from 'vitest'
import { legacyClient } from '../support/gateway-clients.ts'
import { until } from '../support/journey.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'
import { rawServer } from '../support/raw-server.ts'

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const VERSION = '2026-07-28'
const META = 'io.modelcontextprotocol/'
const CLIENT = { name: 'silent', version: '1.0.0' }

/** A stream, and what came on it so far. */
function read(response: Response) {
  const stream = { text: '' }
  const listen = async () => {
    for await (const piece of response.body ?? []) stream.text += Buffer.from(piece).toString()
  }
  listen().catch(() => {})
  return stream
}

test('a stream on which there is nothing to say is never silent for 30 s, in either era', async () => {
  await using omni2 = await Omni2InFakeTime.start()
  const headers = { ...JSON_TYPE, authorization: `Bearer ${omni2.adminToken}` }
  const post = (body: object, more: Record<string, string> = {}) =>
    fetch(`${omni2.url}/mcp`, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) })
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT }
  const session = (await post({ jsonrpc: '2.0', id: 1, method: 'initialize', params })).headers.get('mcp-session-id')
  const legacy = read(await fetch(`${omni2.url}/mcp`, { headers: { ...headers, 'mcp-session-id': `${session}` } }))
  const _meta = {
    [`${META}protocolVersion`]: VERSION,
    [`${META}clientInfo`]: CLIENT,
    [`${META}clientCapabilities`]: {},
  }
  const listen = { method: 'subscriptions/listen', params: { _meta, notifications: { toolsListChanged: true } } }
  const modern = read(
    await post(
      { jsonrpc: '2.0', id: 1, ...listen },
      { 'mcp-protocol-version': VERSION, 'mcp-method': 'subscriptions/listen' },
    ),
  )
  await until(
    async () => modern.text,
    (text) => text.includes('subscriptions/acknowledged'),
  )
  const comments = () => [legacy, modern].map(({ text }) => text.split(': keep-alive\n\n').length - 1)
  for (const times of [1, 2, 3]) {
    await omni2.clock.advance(30_000)
    await until(
      async () => comments(),
      (counts) => counts.every((count) => count >= times),
    )
  }
  expect(Math.max(...comments())).toBeLessThanOrEqual(4)
})

/** A legacy server that tells each session what it subscribed to, and can forget all of them. */
async function telling() {
  const streams = new Map<string, ServerResponse>()
  const subscribed = new Set<string>()
  let last = 0
  const server = await rawServer(({ message, request, response, result, honest }) => {
    const session = `${request.headers['mcp-session-id']}`
    if (message.method === 'initialize') {
      const id = `s${++last}`
      streams.set(id, response)
      const capabilities = { resources: { subscribe: true } }
      result({ protocolVersion: '2025-11-25', capabilities, serverInfo: CLIENT }, { 'mcp-session-id': id })
    } else if (message.method !== 'server/discover' && !streams.has(session)) response.writeHead(404).end()
    else if (request.method === 'GET') {
      streams.set(session, response)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    } else if (message.method === 'resources/subscribe') {
      subscribed.add(session)
      result({})
    } else if (message.method?.startsWith('resources/')) result({ resources: [], resourceTemplates: [] })
    else honest()
  })
  const update = (round: number) => {
    const params = { uri: 'note://a', _meta: { round } }
    const event = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/resources/updated', params })
    for (const session of subscribed)
      if (streams.get(session)?.writable) streams.get(session)?.write(`data: ${event}\n\n`)
  }
  const forget = () => {
    for (const stream of streams.values()) stream.end()
    streams.clear()
    subscribed.clear()
  }
  return { url: server.url, update, forget, [Symbol.asyncDispose]: () => server.close() }
}

test.each(['disabled for a while', 'started anew'])(
  'who only waits hears again of what it subscribed to after its server was %s',
  async (how) => {
    await using server = await telling()
    await using omni2 = await Omni2InFakeTime.start()
    const { id } = await omni2.api.createServer({ body: { name: 'telling', url: server.url } })
    await omni2.nextCheck(id)
    const client = new LegacyClient(CLIENT)
    const told: unknown[] = []
    client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void told.push(params._meta?.round),
    )
    const place = { url: omni2.url, path: '/servers/telling/mcp', token: omni2.adminToken }
    await using agent = await legacyClient(place, client)
    await agent.client.subscribeResource({ uri: 'note://a' })
    const hears = (round: number, work: () => Promise<void>) =>
      until(
        async () => {
          await work()
          server.update(round)
          return told
        },
        (rounds) => rounds.includes(round),
      )
    await hears(1, async () => {})

    if (how === 'started anew') server.forget()
    else {
      await omni2.api.disableServer({ params: { id } })
      server.forget()
      await omni2.api.enableServer({ params: { id } })
      await omni2.settled(id)
    }
    await hears(2, () => omni2.clock.advance(10_000))
  },
)

test('who may use a server no more hears no more of it, on a session of its own too', async () => {
  await using server = await telling()
  await using omni2 = await Omni2InFakeTime.start()
  const { id } = await omni2.api.createServer({ body: { name: 'telling', url: server.url } })
  await omni2.nextCheck(id)
  const offering = (resources: boolean) => [{ server_id: id, resources }]
  const made = await omni2.api.createCollection({ body: { name: 'some', servers: offering(true) } })
  const offer = (resources: boolean) =>
    omni2.api.updateCollection({ params: { id: made.id }, body: { servers: offering(resources) } })
  const subscribed = async (path: string, uri: string) => {
    const client = new LegacyClient(CLIENT)
    const told: unknown[] = []
    client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void told.push(params._meta?.round),
    )
    const agent = await legacyClient({ url: omni2.url, path, token: omni2.adminToken }, client)
    await agent.client.subscribeResource({ uri })
    return { ...agent, told }
  }
  await using limited = await subscribed('/collections/some/mcp', 'omni2://telling/note://a')
  await using other = await subscribed('/servers/telling/mcp', 'note://a')
  const update = (round: number, { told }: typeof other) =>
    until(
      async () => {
        server.update(round)
        return told
      },
      (rounds) => rounds.includes(round),
    )
  await update(1, limited)
  await offer(false)
  await update(2, other)
  await offer(true)
  await update(3, limited)
  expect(limited.told).not.toContain(2)
})
