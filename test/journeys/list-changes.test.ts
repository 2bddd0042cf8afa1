import { afterAll, beforeAll, test } from 'vitest'
import { dualEraServer, type LegacyServer, legacyServer } from '../support/fixture-servers.ts'
import { check, heard, read, registerHealthy } from '../support/journey.ts'
import { type Live, Omni2 } from '../support/omni2.ts'
import { rawServer } from '../support/raw-server.ts'

/** Far below the ten minutes until the next deep check, and enough for a busy machine. */
const SOON = { timeout: 20_000, interval: 100 }

let omni2: Omni2

beforeAll(async () => {
  omni2 = await Omni2.start()
})
afterAll(() => omni2?.stop())

const isListening = async (upstream: LegacyServer) => (await upstream.requests()).some(({ http }) => http === 'GET')

const changesOf = (live: Live, id: number) =>
  heard(live).flatMap((event) =>
    event.event_type === 'mcp_capabilities_changed' && event.event_data.server_id === id ? [event.event_data] : [],
  )

/** What an agent with a session hears of lists; whatever changes from now on. */
async function listenAt(url: string, token: string) {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'agent', version: '1' } }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
  const greeted = await fetch(url, { method: 'POST', headers, body })
  const session = { 'mcp-session-id': `${greeted.headers.get('mcp-session-id')}`, accept: 'text/event-stream' }
  const { body: stream } = await fetch(url, { headers: { ...headers, ...session } })
  if (stream === null) throw new Error('The gateway has no stream for this agent')
  return stream[Symbol.asyncIterator]()
}

test.concurrent('a tool that a legacy server gains is told within seconds, though nobody asks', async ({ expect }) => {
  await using upstream = await legacyServer()
  await using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'growing', { url: upstream.url })
  await expect.poll(() => isListening(upstream), SOON).toBe(true)
  await upstream.behave({ tools: ['echo', 'add', 'subtract'] })
  await expect.poll(() => changesOf(live, id), SOON).toMatchObject([{ added: ['subtract'], removed: [], changed: [] }])
})

test.concurrent('and one that a modern server gains', async ({ expect }) => {
  await using upstream = await dualEraServer()
  await using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'growing-modern', { url: upstream.url })
  const rpcs = async () => (await upstream.requests()).map(({ rpc }) => rpc)
  await expect.poll(rpcs, SOON).toContain('subscriptions/listen')
  await upstream.setExtraTools(['more'])
  await expect.poll(() => changesOf(live, id), SOON).toMatchObject([{ added: ['more'], removed: [], changed: [] }])
})

test.concurrent('a server that only takes POST is healthy, and asked for a stream once', async ({ expect }) => {
  await using upstream = await legacyServer()
  await upstream.behave({ postOnly: true })
  const { id } = await registerHealthy(omni2, 'post-only', { url: upstream.url })
  await expect.poll(() => isListening(upstream), SOON).toBe(true)
  for (let n = 0; n < 3; n++) await check(omni2, id)
  expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy', badges: [], reason_code: null })
  expect((await upstream.requests()).filter(({ http }) => http === 'GET')).toHaveLength(1)
})

test.concurrent('of a prompt that a server gains both people and agents hear, and of no other list', async ({
  expect,
}) => {
  await using upstream = await rawServer()
  let prompts = [{ name: 'first' }]
  upstream.answer = (exchange) => {
    const { message, result, honest } = exchange
    const capabilities = { tools: {}, prompts: {} }
    if (message.method === 'initialize') {
      result({ protocolVersion: '2025-06-18', capabilities, serverInfo: { name: 'raw', version: '1' } })
    } else if (message.method === 'prompts/list') result({ prompts })
    else honest()
  }
  await using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'prompting', { url: upstream.url })
  const { token } = await omni2.api.createToken({ body: { name: 'prompted', role: 'agent' } })
  const stream = await listenAt(`${omni2.url}/servers/prompting/mcp`, token)
  prompts = [{ name: 'first' }, { name: 'second' }]
  await omni2.api.triggerHealthCheck({ params: { id } })
  await expect
    .poll(() => changesOf(live, id), SOON)
    .toMatchObject([
      { severity: 'info', added: [], prompts: { added: ['second'], removed: [] }, resources: { added: [] } },
    ])
  const { value } = await stream.next()
  expect(Buffer.from(value ?? []).toString()).toMatch(/^event: message\ndata: (.*prompts\/list_changed.*)\n\n$/)
  await stream.return?.()
})

test.concurrent('a disabled server is no more listened to', async ({ expect }) => {
  await using upstream = await legacyServer()
  await using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'put-away', { url: upstream.url })
  await expect.poll(() => isListening(upstream), SOON).toBe(true)
  await omni2.api.disableServer({ params: { id } })
  await expect.poll(() => upstream.sessionCount(), SOON).toBe(0)
  expect(changesOf(live, id)).toEqual([])
})
