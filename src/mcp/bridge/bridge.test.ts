import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { portOf } from '../../../test/support/ports.ts'
import { Bridge } from './bridge.ts'

type Message = { readonly id?: unknown; readonly method?: string; readonly params?: Record<string, unknown> }
type Arrival = { readonly message: Message; readonly request: IncomingMessage; readonly response: ServerResponse }

const SOON = { timeout: 10_000, interval: 20 }

/** A gateway that answers as the test says, and a bridge to it; `got` is what the client got. */
async function start(answer: (arrival: Arrival) => void) {
  const arrivals: Arrival[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const text = Buffer.concat(pieces).toString()
    const arrival = { message: text === '' ? {} : JSON.parse(text), request, response }
    arrivals.push(arrival)
    answer(arrival)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const input = new PassThrough()
  const got: Message[] = []
  const told: string[] = []
  const bridge = new Bridge({
    url: `http://127.0.0.1:${portOf(server)}/mcp`,
    token: 'secret',
    input,
    send: async (line) => void got.push(JSON.parse(line)),
    tell: (line) => told.push(line),
    signal: new AbortController().signal,
  })
  const ended = bridge.run()
  const leave = async () => {
    input.end()
    await ended
  }
  onTestFinished(async () => {
    await leave()
    server.closeAllConnections()
    server.close()
  })
  const say = (message: object) => void input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  return { arrivals, got, told, say, leave }
}

const json = (response: ServerResponse, body: object, status = 200, headers: Record<string, string> = {}) =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const event = (body: object) =>
  `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...body }, null, 1).replaceAll('\n', '\ndata: ')}\n\n`
const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' })
const initialize = { id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } }
const opened = { protocolVersion: '2025-11-25', capabilities: { tools: { listChanged: true } } }

/** Answers for sessions: each `initialize` opens the next one, and only the newest is known. */
function withSessions(more: (arrival: Arrival) => void) {
  const state = { opened: 0 }
  const answer = (arrival: Arrival) => {
    const { message, request, response } = arrival
    if (message.method === 'initialize') {
      state.opened += 1
      json(response, { jsonrpc: '2.0', id: message.id, result: opened }, 200, { 'mcp-session-id': `s${state.opened}` })
    } else if (request.headers['mcp-session-id'] !== `s${state.opened}`) {
      json(response, { jsonrpc: '2.0', id: message.id ?? null, error: { code: -32_001, message: 'gone' } }, 404)
    } else if (message.id === undefined && request.method === 'POST') response.writeHead(202).end()
    else more(arrival)
  }
  return { state, answer }
}

const modern = (id: number, method: string, params: object = {}) => ({
  id,
  method,
  params: { ...params, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
})

test('what the gateway says by itself reaches the client, and what the client answers reaches the gateway', async () => {
  const { answer } = withSessions(({ request, response }) => {
    if (request.method === 'GET') stream(response).write(event({ id: 'g1', method: 'elicitation/create' }))
    else response.writeHead(202).end()
  })
  const { arrivals, got, say } = await start(answer)
  say(initialize)
  await expect.poll(() => got.length, SOON).toBe(1)
  say({ method: 'notifications/initialized' })
  await expect.poll(() => got.at(-1), SOON).toMatchObject({ id: 'g1', method: 'elicitation/create' })
  say({ id: 'g1', result: { action: 'accept' } })
  await expect.poll(() => arrivals.at(-1)?.message, SOON).toMatchObject({ id: 'g1', result: { action: 'accept' } })
  expect(arrivals.at(-1)?.request.headers).toMatchObject({
    'mcp-session-id': 's1',
    'mcp-protocol-version': '2025-11-25',
    authorization: 'Bearer secret',
  })
})

test('a session that was lost is opened again behind the back of the client, once for all requests', async () => {
  const { state, answer } = withSessions(({ message, response }) =>
    json(response, { jsonrpc: '2.0', id: message.id, result: {} }),
  )
  const { arrivals, got, say } = await start(answer)
  say(initialize)
  await expect.poll(() => got.length, SOON).toBe(1)
  state.opened += 1
  say({ id: 2, method: 'tools/list' })
  say({ id: 3, method: 'tools/call' })
  await expect.poll(() => got.length, SOON).toBe(4)
  expect(got.flatMap(({ id }) => (id === undefined ? [] : [id])).sort()).toEqual([1, 2, 3])
  expect(got.find(({ id }) => id === undefined)?.method).toBe('notifications/tools/list_changed')
  expect(arrivals.filter(({ message }) => message.method === 'initialize').map(({ message }) => message.id)).toEqual([
    1,
    'omni2-connect-1',
  ])
  expect(arrivals.filter(({ message }) => message.method === 'notifications/initialized')).toHaveLength(1)
})

test('what the client had set in a session that was lost is set in the next one', async () => {
  const { state, answer } = withSessions(({ message, response }) =>
    json(response, { jsonrpc: '2.0', id: message.id, result: {} }),
  )
  const { arrivals, got, say } = await start(answer)
  say(initialize)
  await expect.poll(() => got.length, SOON).toBe(1)
  say({ id: 2, method: 'logging/setLevel', params: { level: 'error' } })
  for (const uri of ['file:///a', 'file:///b']) say({ id: uri, method: 'resources/subscribe', params: { uri } })
  await expect.poll(() => got.length, SOON).toBe(4)
  say({ id: 5, method: 'resources/unsubscribe', params: { uri: 'file:///a' } })
  say({ id: 6, method: 'logging/setLevel', params: { level: 'debug' } })
  await expect.poll(() => got.length, SOON).toBe(6)
  state.opened += 1
  arrivals.length = 0
  say({ id: 7, method: 'tools/list' })
  await expect.poll(() => got.length, SOON).toBe(8)
  const inNext = arrivals
    .filter(({ request }) => request.headers['mcp-session-id'] === 's3')
    .map(({ message }) => message)
  expect(inNext.map(({ method, params }) => [method, params])).toEqual([
    ['notifications/initialized', undefined],
    ['resources/subscribe', { uri: 'file:///b' }],
    ['logging/setLevel', { level: 'debug' }],
    ['tools/list', undefined],
  ])
})

test('a method that is unknown is an answer, and no lost session', async () => {
  const unknown = { code: -32_601, message: 'Method not found' }
  const { answer } = withSessions(({ message, response }) =>
    json(response, { jsonrpc: '2.0', id: message.id, error: unknown }, 404),
  )
  const { arrivals, got, say } = await start(answer)
  say(initialize)
  await expect.poll(() => got.length, SOON).toBe(1)
  say({ id: 2, method: 'tools/none' })
  await expect.poll(() => got.at(-1), SOON).toEqual({ jsonrpc: '2.0', id: 2, error: unknown })
  expect(arrivals.filter(({ message }) => message.method === 'initialize')).toHaveLength(1)
})

test('an answer that streams is passed on event by event, each on one line', async () => {
  const finish = vi.fn<() => void>()
  const { got, say } = await start(({ message, response }) => {
    stream(response).write(event({ method: 'notifications/progress', params: { progress: 1 } }))
    finish.mockImplementation(() => void response.end(event({ id: message.id, result: {} })))
  })
  say(modern(1, 'tools/call', { name: 'größe' }))
  await expect.poll(() => got, SOON).toMatchObject([{ method: 'notifications/progress' }])
  finish()
  await expect.poll(() => got.at(-1), SOON).toMatchObject({ id: 1, result: {} })
})

test('a modern request has the headers that repeat it, and ends at the gateway when the client cancels it', async () => {
  const gone = vi.fn<() => void>()
  const { arrivals, got, say, leave } = await start(({ response }) => void response.once('close', gone))
  say(modern(1, 'tools/call', { name: 'größe' }))
  await expect.poll(() => arrivals.length, SOON).toBe(1)
  expect(arrivals[0]?.request.headers).toMatchObject({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': `=?base64?${Buffer.from('größe').toString('base64')}?=`,
  })
  say({ method: 'notifications/cancelled', params: { requestId: 1 } })
  await expect.poll(() => gone.mock.calls.length, SOON).toBe(1)
  await leave()
  expect([arrivals.length, got]).toEqual([1, []])
})

test('a legacy request that the client cancelled has no answer', async () => {
  const finish = vi.fn<() => void>()
  const { answer } = withSessions(({ request, response }) => {
    if (request.method !== 'POST') return void response.writeHead(204).end()
    stream(response).flushHeaders()
    finish.mockImplementation(() => void response.end())
  })
  const { arrivals, got, say, leave } = await start(answer)
  say(initialize)
  await expect.poll(() => got.length, SOON).toBe(1)
  say({ id: 2, method: 'tools/call' })
  say({ method: 'notifications/cancelled', params: { requestId: 2 } })
  await expect.poll(() => arrivals.at(-1)?.message.method, SOON).toBe('notifications/cancelled')
  finish()
  await leave()
  expect(got.map(({ id }) => id)).toEqual([1])
})

test('an answer that breaks off is told to the client, and the call is not sent again', async () => {
  const { arrivals, got, say } = await start(({ response }) => {
    stream(response).write(event({ method: 'notifications/progress' }), () => response.destroy())
  })
  say(modern(1, 'tools/call', { name: 'pay' }))
  await expect.poll(() => got.at(-1), SOON).toMatchObject({ id: 1, error: { code: -32_000 } })
  expect(arrivals).toHaveLength(1)
})

test('a session ends with the client', async () => {
  const { answer } = withSessions(({ response }) => void response.writeHead(204).end())
  const { arrivals, got, say, leave } = await start(answer)
  say(initialize)
  await expect.poll(() => got.length, SOON).toBe(1)
  await leave()
  expect(arrivals.map(({ request }) => request.method)).toEqual(['POST', 'DELETE'])
})
