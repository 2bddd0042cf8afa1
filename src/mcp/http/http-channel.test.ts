import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { SELF_SIGNED } from '../../../test/fixtures/self-signed.ts'
import { deadPort } from '../../../test/support/ports.ts'
import { type Answer, type Exchange, only, rawServer } from '../../../test/support/raw-server.ts'
import { aServerAt, FOREVER, HeldClock, someUpstreams } from '../../../test/support/upstreams.ts'
import { Secret } from '../../core/config/secret.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const STREAM_TYPE = { 'content-type': 'text/event-stream' }

/** Checks a server that is honest until its session is kept, and then answers pings as `answer` says. */
async function pingWith(answer: Answer) {
  await using server = await rawServer()
  await using bench = someUpstreams()
  expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
  server.answer = only('ping', answer)
  const result = await bench.shallow(aServerAt(server.url))
  return { result, asked: server.asked }
}

describe('an answer', () => {
  test('as an event stream is read up to the reply, whatever comes before it', async () => {
    const { result } = await pingWith(({ response, message }) => {
      response.writeHead(200, STREAM_TYPE)
      response.write(': hello\nid: 1\ndata:\n\n')
      response.write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n')
      response.write(`data: {"jsonrpc":"2.0","id":${message.id},"result":{}}\n\n`) // and the stream stays open
    })
    expect(result.outcome).toBe('ok')
  })

  test('may be a batch that holds the reply', async () => {
    const notification = { jsonrpc: '2.0', method: 'notifications/message' }
    const { result } = await pingWith(({ json, message }) =>
      json(200, [notification, { jsonrpc: '2.0', id: message.id, result: {} }]),
    )
    expect(result.outcome).toBe('ok')
  })

  test('that is a JSON-RPC error comes from a live server, with any 4xx too', async () => {
    for (const status of [200, 400, 404, 422]) {
      const { result } = await pingWith(({ json, message }) =>
        json(status === 400 || status === 404 ? 200 : status, {
          jsonrpc: '2.0',
          id: message.id,
          error: { code: -32603, message: '401 Unauthorized' },
        }),
      )
      expect(result.outcome).toBe('app_error')
    }
  })

  const broken: readonly (readonly [string, Answer])[] = [
    ['HTML', ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works</h1>')],
    ['no JSON', ({ response }) => response.writeHead(200, JSON_TYPE).end('<h1>It works</h1>')],
    ['no body', ({ response }) => response.writeHead(202).end()],
    ['JSON that is no message', ({ json }) => json(200, { ok: true })],
    ['a wrong id', ({ json }) => json(200, { jsonrpc: '2.0', id: 'other', result: {} })],
    ['no id', ({ json }) => json(200, { jsonrpc: '2.0', result: {} })],
    ['a result that is no object', ({ result }) => result('pong')],
    [
      'result and error at once',
      ({ json, message }) => json(200, { jsonrpc: '2.0', id: message.id, result: {}, error: { code: 1, message: '' } }),
    ],
    [
      'two replies',
      ({ json, message }) =>
        json(
          200,
          [1, 2].map(() => ({ jsonrpc: '2.0', id: message.id, result: {} })),
        ),
    ],
    ['an empty batch', ({ json }) => json(200, [])],
    ['a stream without the reply', ({ response }) => response.writeHead(200, STREAM_TYPE).end('data: \n\n')],
    ['a stream of nonsense', ({ response }) => response.writeHead(200, STREAM_TYPE).end('data: {"a":\n\n')],
    [
      'deep nesting',
      ({ response, message }) =>
        response.writeHead(200, JSON_TYPE).end(`{"jsonrpc":"2.0","id":${message.id},"result":${'['.repeat(100_000)}`),
    ],
    [
      'gzip nobody asked for',
      ({ response }) =>
        response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(gzipSync('0'.repeat(1e6))),
    ],
    ['something that is not HTTP', ({ request }) => request.socket.end('SSH-2.0-OpenSSH_9.9\r\n\r\n')],
  ]
  test.each(broken)('with %s is an invalid response', async (_name, answer) => {
    const { result } = await pingWith(answer)
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code: 'invalid_response', stage: 'handshake' } })
  })

  test.each([
    [302, 'redirect_refused'],
    [308, 'redirect_refused'],
    [500, 'http_status'],
    [503, 'http_status'],
    [418, 'http_status'],
  ])('with HTTP %i is %s', async (status, code) => {
    const { result, asked } = await pingWith(({ response }) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('no'),
    )
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code } })
    expect(asked.filter((method) => method === 'ping')).toHaveLength(1)
  })

  test('with headers without end is too large', async () => {
    const { result } = await pingWith(({ response }) =>
      response.writeHead(200, { ...JSON_TYPE, 'x-padding': 'a'.repeat(100_000) }).end('{}'),
    )
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code: 'response_too_large' } })
  })
})

describe('an endless body', () => {
  const endless =
    (head: Record<string, string>, chunk: string): Answer =>
    ({ response }) => {
      response.writeHead(200, head)
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    }
  test.each([
    ['JSON', JSON_TYPE, '0'.repeat(64 * 1024)],
    ['one event', STREAM_TYPE, `data: ${'0'.repeat(64 * 1024)}\n`],
    ['one line', STREAM_TYPE, '0'.repeat(64 * 1024)],
    ['many comments', STREAM_TYPE, ': keep-alive\n\n'.repeat(4_000)],
    ['tiny pieces', JSON_TYPE, '0'],
  ])('of %s ends at the cap, and the socket with it', async (_name, head, chunk) => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    server.answer = only('ping', endless(head, chunk))
    if (chunk === '0') server.answer = only('ping', endless(head, chunk.repeat(512)))
    const before = process.memoryUsage().rss
    const result = await bench.shallow(aServerAt(server.url))
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code: 'response_too_large' } })
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024)
    await expect.poll(() => server.connections.open.size).toBe(0)
  })

  test('that announces its length is not read at all', async () => {
    const { result } = await pingWith(({ response }) =>
      response.writeHead(200, { ...JSON_TYPE, 'content-length': '600000000' }).write('{'),
    )
    expect(result).toMatchObject({ failure: { code: 'response_too_large' } })
  })
})

describe('credentials', () => {
  test('that are refused are named with what the server says, and nothing secret', async () => {
    await using server = await rawServer(({ response, request }) =>
      response
        .writeHead(401, { 'www-authenticate': `Bearer error="invalid_token", got="${request.headers.authorization}"` })
        .end(),
    )
    await using bench = someUpstreams()
    const auth = { type: 'bearer', token: new Secret('s3cret-t0ken') } as const
    const result = await bench.shallow(aServerAt(server.url, { auth }))
    expect(result).toMatchObject({ outcome: 'auth', failure: { code: 'auth_required', stage: 'auth' } })
    expect(result.stages.at(-1)).toMatchObject({ stage: 'auth', ok: false })
    expect(JSON.stringify(result)).toContain('invalid_token')
    expect(JSON.stringify(result)).not.toContain('s3cret')
    expect(server.asked).toEqual(['server/discover'])
  })

  test('echoed by the server wherever it can are not repeated', async () => {
    const auth = { type: 'bearer', token: new Secret('s3cret-t0ken') } as const
    const echoes: Answer[] = [
      ({ response, request }) =>
        response.writeHead(200, { 'content-type': `x/${request.headers.authorization}` }).end(),
      only('initialize', ({ result, request }) =>
        result({ protocolVersion: request.headers.authorization, capabilities: {} }),
      ),
      only('initialize', ({ result, request }) =>
        result({
          protocolVersion: '2025-06-18',
          capabilities: {},
          serverInfo: { name: request.headers.authorization, version: `1 ${request.headers.authorization}` },
        }),
      ),
    ]
    for (const echo of echoes) {
      await using server = await rawServer(echo)
      await using bench = someUpstreams()
      const result = JSON.stringify(await bench.deep(aServerAt(server.url, { auth })))
      expect(result).toContain('***')
      expect(result).not.toContain('s3cret')
    }
  })

  test.each([
    [{ type: 'bearer', token: new Secret('abcd') } as const, { authorization: 'Bearer abcd' }],
    [{ type: 'api_key', headerName: 'X-Key', apiKey: new Secret('abcd') } as const, { 'x-key': 'abcd' }],
    [{ type: 'custom_headers', headers: { 'X-A': new Secret('1'), Host: new Secret('evil') } } as const, undefined],
  ])('go along with every request, and framing headers are not theirs to set', async (auth, expected) => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    const result = await bench.deep(aServerAt(server.url, { auth }))
    if (expected === undefined) expect(result).toMatchObject({ outcome: 'auth', failure: { code: 'auth_required' } })
    else for (const method of server.asked) expect(server.headersOf(method)).toMatchObject(expected)
  })

  test('in the URL become Basic, and a value may come from the environment', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams({ env: { PASS: 'p@ss' } })
    const url = server.url.replace('//', `//user:\${env:PASS:-x}@`).replace('p@ss', 'p%40ss')
    expect(await bench.shallow(aServerAt(url.replace(`\${env:PASS:-x}`, 'p%40ss')))).toMatchObject({ outcome: 'ok' })
    expect(server.headersOf('initialize')?.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`)
  })

  test('in the URL may hold a stray "%"', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    expect(await bench.shallow(aServerAt(server.url.replace('//', '//u%zz:50%@')))).toMatchObject({ outcome: 'ok' })
    expect(server.headersOf('initialize')?.authorization).toBe(`Basic ${Buffer.from('u%zz:50%').toString('base64')}`)
  })

  test('with characters that HTTP forbids are refused before anything is sent', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    const auth = { type: 'bearer', token: new Secret('a\r\nx-injected: 1') } as const
    const result = await bench.shallow(aServerAt(server.url, { auth }))
    expect(result).toMatchObject({ outcome: 'auth' })
    expect(JSON.stringify(result)).not.toContain('injected')
    expect(server.connections.accepted).toBe(0)
  })
})

describe('a stream that breaks off before the reply', () => {
  const MARK = 'id: 7\nretry: 100\ndata:\n\n'

  /** Calls a server that breaks off once it said `said`, and answers the GET after it as `rest` says. */
  async function broken(said: string, rest: (exchange: Exchange, id: unknown) => void, over = {}, signal = FOREVER) {
    await using server = await rawServer()
    await using bench = someUpstreams(over)
    await bench.shallow(aServerAt(server.url))
    let id: unknown
    server.answer = (exchange) => {
      const { message, request, response } = exchange
      if (request.method === 'GET' && request.headers['last-event-id'] !== undefined) rest(exchange, id)
      else if (message.method !== 'tools/call') exchange.honest()
      else {
        id = message.id
        response.writeHead(200, STREAM_TYPE).end(said)
      }
    }
    const result = await bench.call(aServerAt(server.url), 'echo', signal)
    return { result, asked: server.asked.filter((name) => name === 'tools/call' || name === 'GET') }
  }
  const reply = (id: unknown) => `data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`

  test('goes on behind its last event, as often as it breaks, and nothing is called twice', async () => {
    const ids: unknown[] = []
    const { result, asked } = await broken(MARK, ({ request: { headers }, response }, id) => {
      ids.push([headers['last-event-id'], headers['mcp-session-id']])
      response.writeHead(200, STREAM_TYPE)
      if (ids.length === 1) response.write('id: 8\ndata:\n\n', () => response.socket?.resetAndDestroy())
      else response.end(reply(id))
    })
    expect(result).toMatchObject({ outcome: 'ok' })
    expect(asked).toEqual(['tools/call', 'GET', 'GET'])
    expect(ids).toEqual([
      ['7', 'session-1'],
      ['8', 'session-1'],
    ])
  })

  test.each<readonly [string, Answer]>([
    ['is refused', ({ response }) => response.writeHead(404).end()],
    ['is empty', ({ response }) => response.writeHead(200, STREAM_TYPE).end()],
    ['is no stream', ({ json }) => json(200, {})],
  ])('stays broken when the rest %s', async (_name, rest) => {
    const { result, asked } = await broken(MARK, rest)
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code: 'invalid_response' } })
    expect(asked).toEqual(['tools/call', 'GET'])
  })

  test('stays broken without an id that can be named', async () => {
    for (const said of ['data:\n\n', 'id: \u00e9\ndata:\n\n']) {
      const { result, asked } = await broken(said, ({ honest }) => honest())
      expect(result).toMatchObject({ outcome: 'protocol' })
      expect(asked).toEqual(['tools/call'])
    }
  })

  test('is waited for no longer than whoever asked does', async () => {
    const leaving = new AbortController()
    const clock = new HeldClock()
    const call = broken('id: 7\nretry: 200000\ndata:\n\n', ({ honest }) => honest(), { clock }, leaving.signal)
    await expect.poll(() => clock.waiting).toContain(200_000)
    leaving.abort()
    expect((await call).result).toMatchObject({ outcome: 'cancelled' })
    expect(clock.waiting).not.toContain(200_000)
  })
})

describe('throttling', () => {
  test.each([
    [429, { 'retry-after': '7' }, 7_000],
    [503, { 'retry-after': '120' }, 120_000],
    [429, {}, undefined],
    [429, { 'retry-after': 'soon' }, undefined],
  ])('HTTP %i with %o asks for %s ms', async (status, headers, retryAfterMs) => {
    const { result } = await pingWith(({ response }) => response.writeHead(status, headers).end())
    expect(result).toMatchObject({ outcome: 'throttled', failure: { code: 'throttled' } })
    expect('retryAfterMs' in result && result.retryAfterMs).toBe(retryAfterMs)
  })

  test('may name a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString()
    const { result } = await pingWith(({ response }) => response.writeHead(429, { 'retry-after': date }).end())
    const retryAfterMs = 'retryAfterMs' in result ? (result.retryAfterMs ?? 0) : 0
    expect(Math.abs(retryAfterMs - 60_000)).toBeLessThan(10_000)
  })
})

describe('a kept connection', () => {
  test('is used again', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    for (let i = 0; i < 5; i++) await bench.deep(aServerAt(server.url))
    expect(server.connections.accepted).toBe(1)
  })

  test('that died is replaced without a word', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    let resets = 0
    server.answer = only('ping', ({ request, honest }) =>
      resets++ === 0 ? request.socket.resetAndDestroy() : honest(),
    )
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    expect(server.asked.filter((method) => method === 'ping')).toHaveLength(2)
  })

  test('that dies under a call is not tried again: the tool may have run', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    server.answer = only('tools/call', ({ request }) => request.socket.resetAndDestroy())
    expect(await bench.call(aServerAt(server.url))).toMatchObject({
      outcome: 'connect',
      failure: { code: 'connection_reset' },
    })
    expect(server.asked.filter((method) => method === 'tools/call')).toHaveLength(1)
  })

  test('that always dies in the middle of the answer is a reset', async () => {
    const { result, asked } = await pingWith(({ response }) => {
      response.writeHead(200, JSON_TYPE).write('{"jsonrpc"', () => response.socket?.resetAndDestroy())
    })
    expect(result).toMatchObject({ outcome: 'connect', failure: { code: 'connection_reset', stage: 'handshake' } })
    expect(asked.filter((method) => method === 'ping')).toHaveLength(2)
  })
})

describe('no connection', () => {
  test('a dead port refuses, and the message says where', async () => {
    await using port = await deadPort()
    await using bench = someUpstreams()
    const { host } = new URL(port.url)
    expect(await bench.shallow(aServerAt(port.url))).toMatchObject({
      outcome: 'connect',
      failure: { code: 'connect_refused', stage: 'connect', message: `Connection refused by ${host}` },
      stages: [{ stage: 'connect', ok: false }],
    })
  })

  test('a certificate nobody trusts is refused, until its authority is configured', async () => {
    await using server = await rawServer(undefined, SELF_SIGNED)
    await using strict = someUpstreams()
    expect(await strict.shallow(aServerAt(server.url))).toMatchObject({
      outcome: 'connect',
      failure: { code: 'tls_failed', stage: 'tls', nextAction: expect.stringContaining('OMNI2_CA_FILE') },
      stages: [
        { stage: 'connect', ok: true },
        { stage: 'tls', ok: false },
      ],
    })
    expect(server.asked).toEqual([])
    await using trusting = someUpstreams({ ca: SELF_SIGNED.cert })
    const result = await trusting.shallow(aServerAt(server.url))
    expect(result).toMatchObject({ outcome: 'ok' })
    expect(result.stages.map(({ stage }) => stage)).toEqual(['connect', 'tls', 'handshake'])
  })

  test('TLS with a server that speaks none fails as TLS', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    expect(await bench.shallow(aServerAt(server.url.replace('http:', 'https:')))).toMatchObject({
      failure: { code: 'tls_failed', stage: 'tls' },
    })
  })
})
