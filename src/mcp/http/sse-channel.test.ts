import { describe, expect, onTestFinished, test } from 'vitest'
import { type Exchange, rawServer } from '../../../test/support/raw-server.ts'
import { aServerAt, httpTarget, someUpstreams } from '../../../test/support/upstreams.ts'
import { meansOf } from '../means.ts'

type Push = (type: string, data: unknown) => void
type Options = {
  /** What the `endpoint` event says. */
  readonly endpoint?: string
  /** Instead of an honest answer, for one method. */
  readonly spoiled?: Record<string, (push: Push, exchange: Exchange) => void>
}

const RESULTS: Record<string, unknown> = {
  initialize: {
    protocolVersion: '2024-11-05',
    capabilities: { tools: {} },
    serverInfo: { name: 'old', version: '0.1.0' },
  },
  ping: {},
  'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [] },
}

/** A server of 2024-11-05: one stream at a time. */
async function sseServer({ endpoint = '/messages?s=1', spoiled = {} }: Options = {}) {
  const current: { stream: Exchange['response'] | undefined } = { stream: undefined }
  const push: Push = (type, data) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    current.stream?.write(`event: ${type}\ndata: ${text}\n\n`)
  }
  const server = await rawServer((exchange) => {
    const { message, request, response } = exchange
    if (request.method === 'GET') {
      current.stream = response.writeHead(200, { 'content-type': 'text/event-stream' })
      push('endpoint', endpoint)
      return
    }
    const spoil = spoiled[message.method ?? '']
    if (spoil) return spoil(push, exchange)
    response.writeHead(202).end('Accepted')
    if (message.id !== undefined && message.method !== undefined) {
      push('message', { jsonrpc: '2.0', id: message.id, result: RESULTS[message.method] })
    }
  })
  onTestFinished(() => server.close())
  const url = server.url.replace('/mcp', '/sse')
  return { server, push, current, at: aServerAt(url, { target: httpTarget(url, 'sse') }) }
}

const reply = ({ message }: Exchange, result: unknown = {}) => ({ jsonrpc: '2.0', id: message.id, result })

test('a server is greeted, listed, called and kept on one stream', async () => {
  const { server, at } = await sseServer()
  await using bench = someUpstreams()
  expect(await bench.deep(at)).toMatchObject({
    outcome: 'ok',
    identity: { era: 'legacy', protocolVersion: '2024-11-05' },
    capabilities: { tools: [{ name: 'echo' }] },
  })
  expect(await bench.shallow(at)).toMatchObject({ outcome: 'ok' })
  expect(await bench.call(at)).toMatchObject({ outcome: 'ok', result: { content: [] } })
  expect(server.asked.filter((method) => method === 'GET')).toHaveLength(1)
  expect(server.asked).not.toContain('server/discover')
})

test('a stream that ended is opened again at the next use', async () => {
  const { server, at, current } = await sseServer()
  await using bench = someUpstreams()
  await bench.shallow(at)
  current.stream?.destroy()
  await expect.poll(() => server.connections.open.size).toBeLessThan(2)
  expect(await bench.shallow(at)).toMatchObject({ outcome: 'ok' })
  expect(server.asked.filter((method) => method === 'GET')).toHaveLength(2)
})

test('a stream that ends under a request is a reset', async () => {
  const { at, current } = await sseServer({ spoiled: { ping: () => current.stream?.end() } })
  await using bench = someUpstreams()
  await bench.shallow(at)
  expect(await bench.shallow(at)).toMatchObject({ outcome: 'connect', failure: { code: 'connection_reset' } })
})

test.each(['http://127.0.0.1:1/messages', 'https://127.0.0.1/messages', '//example.com/', 'http://[', 'file:///etc/x'])(
  'an endpoint at %s gets nothing from us',
  async (endpoint) => {
    const { server, at } = await sseServer({ endpoint })
    await using bench = someUpstreams()
    expect(await bench.shallow(at)).toMatchObject({
      outcome: 'connect',
      failure: { code: 'address_not_allowed', stage: 'handshake' },
    })
    expect(server.asked).toEqual(['GET'])
    await expect.poll(() => server.connections.open.size).toBe(0)
  },
)

test('a session the server forgot is made again', async () => {
  let forgotten = true
  const { at } = await sseServer({
    spoiled: {
      ping: (push, exchange) => {
        exchange.response.writeHead(forgotten ? 404 : 202).end()
        if (!forgotten) push('message', reply(exchange))
        forgotten = false
      },
    },
  })
  await using bench = someUpstreams()
  await bench.shallow(at)
  expect(await bench.shallow(at)).toMatchObject({ outcome: 'ok' })
  expect(await bench.shallow(at)).toMatchObject({ outcome: 'ok' })
})

describe('a stream that brings', () => {
  const spoilPing = async (spoil: (push: Push, exchange: Exchange) => void) => {
    const { at } = await sseServer({
      spoiled: {
        ping: (push, exchange) => {
          exchange.response.writeHead(202).end()
          spoil(push, exchange)
        },
      },
    })
    await using bench = someUpstreams()
    await bench.shallow(at)
    return await bench.shallow(at) // awaited before the bench is closed
  }
  test.each([
    ['nonsense', (push: Push) => push('message', 'nonsense')],
    ['no message', (push: Push) => push('message', { a: 1 })],
    ['a reply nobody asked for', (push: Push) => push('message', { jsonrpc: '2.0', id: 999, result: {} })],
    ['a reply without id', (push: Push) => push('message', { jsonrpc: '2.0', result: {} })],
    ['deep nesting', (push: Push) => push('message', `{"a":${'['.repeat(100_000)}`)],
  ])('%s is an invalid response', async (_name, spoil) => {
    expect(await spoilPing(spoil)).toMatchObject({ outcome: 'protocol', failure: { code: 'invalid_response' } })
  })

  test('too much is too large', async () => {
    const result = await spoilPing((push) => push('message', ' '.repeat(10 * 1024 * 1024)))
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code: 'response_too_large' } })
  })

  test('the reply before the POST is answered, or never answered, is good', async () => {
    const { at } = await sseServer({ spoiled: { ping: (push, exchange) => push('message', reply(exchange)) } })
    await using bench = someUpstreams()
    await bench.shallow(at)
    expect(await bench.shallow(at)).toMatchObject({ outcome: 'ok' })
  })

  test('a refusal of the POST is the verdict', async () => {
    const { at } = await sseServer({ spoiled: { ping: (_push, { response }) => response.writeHead(400).end() } })
    await using bench = someUpstreams()
    await bench.shallow(at)
    expect(await bench.shallow(at)).toMatchObject({ outcome: 'protocol', failure: { code: 'http_status' } })
  })
})

test.each([
  [401, 'auth', 'auth_required'],
  [404, 'protocol', 'http_status'],
  [200, 'protocol', 'invalid_response'],
])('a GET answered with HTTP %i is %s', async (status, outcome, code) => {
  await using server = await rawServer(({ response }) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end(),
  )
  await using bench = someUpstreams()
  const at = aServerAt(server.url, { target: httpTarget(server.url, 'sse') })
  expect(await bench.shallow(at)).toMatchObject({ outcome, failure: { code } })
})

test('an answer there is no room for is put off, and the next check greets anew', async () => {
  const text = 'x'.repeat(300_000)
  const { server, at } = await sseServer({
    spoiled: {
      'tools/call': (push, exchange) => {
        exchange.response.writeHead(202).end()
        push('message', reply(exchange, { content: [{ type: 'text', text }] }))
      },
    },
  })
  await using bench = someUpstreams({ means: meansOf({ answerBytes: 100_000 }) })
  await bench.shallow(at)
  expect(await bench.call(at)).toMatchObject({ outcome: 'inconclusive' })
  expect(await bench.deep(at)).toMatchObject({ outcome: 'ok' })
  expect(server.asked.filter((method) => method === 'GET')).toHaveLength(2)
})
