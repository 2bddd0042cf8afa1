import { describe, expect, test } from 'vitest'
import { SELF_SIGNED } from '../../test/fixtures/self-signed.ts'
import { type Answer, aTool, only, rawServer } from '../../test/support/raw-server.ts'
import { aServerAt, FOREVER, HeldClock, someUpstreams } from '../../test/support/upstreams.ts'
import type { JsonObject } from '../core/capabilities.ts'
import { Secret } from '../core/config/secret.ts'
import { NOBODY_HEARS } from './channel.ts'
import { LastingRequests } from './lasting-requests.ts'

const META = 'io.modelcontextprotocol/'

/** A modern server with one tool that wants an argument as a header. */
const modern: Answer = ({ message, request, result, json }) => {
  const refuse = (status: number, code: number) =>
    json(status, {
      jsonrpc: '2.0',
      id: message.id,
      error: { code, message: 'no', data: { supported: ['2026-07-28'] } },
    })
  const meta = message.params._meta
  const isModern = typeof meta === 'object' && meta !== null && `${META}protocolVersion` in meta
  if (!isModern) return refuse(400, -32022)
  if (request.headers['mcp-method'] !== message.method) return refuse(400, -32020)
  const serverInfo = { name: 'new', version: '2.0.0' }
  switch (message.method) {
    case 'server/discover':
      result({
        resultType: 'complete',
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {} },
        _meta: { [`${META}serverInfo`]: serverInfo },
      })
      return
    case 'tools/list':
      result({ tools: [aTool('geo', { inputSchema: SCHEMA })] })
      return
    case 'tools/call':
      if (request.headers['mcp-param-region'] !== '=?base64?w5ZzdGVycmVpY2g=?=') return refuse(400, -32020)
      result({ content: [], structuredContent: { name: request.headers['mcp-name'] } })
      return
    default:
      refuse(404, -32601)
  }
}
const SCHEMA = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } }

describe('instructions', () => {
  const [SECRET, LONGEST] = ['k3y-0123456789abcdef', 16_384]
  const discovered = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} }
  const initialized = { protocolVersion: '2025-06-18', capabilities: {} }

  test.each([
    ['modern', 'server/discover', discovered],
    ['legacy', 'initialize', initialized],
  ] as const)(
    'of a %s server are kept without our credentials, and cut where they are long',
    async (_, method, said) => {
      const told = (instructions: unknown) => only(method, ({ result }) => result({ ...said, instructions }))
      const auth = { type: 'bearer', token: new Secret(SECRET) } as const
      const kept = async (instructions: unknown) => {
        await using server = await rawServer(told(instructions))
        await using bench = someUpstreams()
        return (await bench.shallow(aServerAt(server.url, { auth }))).identity?.instructions
      }
      expect(await kept(`First line.\nNever ${SECRET}.`)).toBe('First line.\nNever ***.')
      expect(await kept(SECRET + 'x'.repeat(LONGEST))).toBe(`***${'x'.repeat(LONGEST - 3)}`)
      expect(await kept(['none'])).toBeUndefined()
      expect(await kept('')).toBeUndefined()
    },
  )

  test('that a modern server changed are known with its next check', async () => {
    let instructions = 'before'
    await using server = await rawServer(
      only('server/discover', ({ result }) => result({ ...discovered, instructions })),
    )
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    instructions = 'after'
    expect((await bench.shallow(aServerAt(server.url))).identity).toMatchObject({ instructions })
  })
})

describe('the era', () => {
  test('is modern when the server answers server/discover, and that is the check', async () => {
    await using server = await rawServer(modern)
    await using bench = someUpstreams()
    const first = await bench.deep(aServerAt(server.url))
    expect(first).toMatchObject({
      outcome: 'ok',
      identity: { era: 'modern', protocolVersion: '2026-07-28', serverInfo: { name: 'new', version: '2.0.0' } },
      capabilities: { tools: [{ name: 'geo' }] },
    })
    await bench.shallow(aServerAt(server.url))
    expect(server.asked).toEqual(['server/discover', 'tools/list', 'server/discover'])
    expect(server.headersOf('server/discover')).toMatchObject({ 'mcp-protocol-version': '2026-07-28' })
  })

  test('is legacy when it does not, and is not asked again', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    await bench.shallow(aServerAt(server.url))
    expect(server.asked).toEqual(['server/discover', 'initialize', 'notifications/initialized', 'ping'])
    expect(server.headersOf('initialize')).not.toHaveProperty('mcp-protocol-version')
    expect(server.headersOf('ping')).toMatchObject({
      'mcp-session-id': 'session-1',
      'mcp-protocol-version': '2025-06-18',
    })
  })

  test.each<Record<string, string>>([{ 'mcp-session-id': 's' }, {}])(
    'is found anew when a server came back as another (%o)',
    async (session) => {
      const legacy = only('initialize', ({ result }) =>
        result({ protocolVersion: '2025-06-18', capabilities: { tools: {} } }, session),
      )
      await using server = await rawServer(legacy)
      await using bench = someUpstreams()
      await bench.shallow(aServerAt(server.url))
      server.answer = modern
      expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok', identity: { era: 'modern' } })
      server.answer = legacy
      expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok', identity: { era: 'legacy' } })
    },
  )

  test.each([401, 403, 500, 502])('HTTP %i says nothing about it', async (status) => {
    await using server = await rawServer(({ response }) => response.writeHead(status).end())
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    expect(server.asked).toEqual(['server/discover'])
  })

  test.each([
    ['in initialize', only('initialize', ({ result }) => result({ protocolVersion: '2031-01-01', capabilities: {} }))],
    [
      'by an error that lists others',
      ({ json, message }) =>
        json(400, {
          jsonrpc: '2.0',
          id: message.id,
          error: { code: -32022, message: 'no', data: { supported: ['2031-01-01'] } },
        }),
    ],
  ] satisfies [string, Answer][])('of a revision nobody knows, %s, is a mismatch', async (_how, answer) => {
    await using server = await rawServer(answer)
    await using bench = someUpstreams()
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({
      outcome: 'protocol',
      failure: { code: 'protocol_mismatch', message: expect.stringContaining('2031-01-01') },
    })
  })

  test('is modern too when the first question is refused for a revision that the server speaks', async () => {
    let refusals = 1
    await using server = await rawServer((exchange) => {
      const { message, json } = exchange
      if (refusals-- <= 0) return modern(exchange)
      const error = { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } }
      json(400, { jsonrpc: '2.0', id: message.id, error })
    })
    await using bench = someUpstreams()
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok', identity: { era: 'modern' } })
    expect(server.asked).toEqual(['server/discover', 'server/discover'])
  })

  test('of a server that is not there suggests the older transport', async () => {
    await using server = await rawServer(({ response }) => response.writeHead(404).end())
    await using bench = someUpstreams()
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({
      outcome: 'protocol',
      failure: { code: 'http_status', stage: 'handshake', nextAction: expect.stringContaining('sse') },
    })
  })

  test('refused with an error is a failure that says so: no client can use such a server', async () => {
    await using server = await rawServer(({ json, message }) =>
      json(200, { jsonrpc: '2.0', id: message.id, error: { code: -32603, message: 'later' } }),
    )
    await using bench = someUpstreams()
    const refused = {
      outcome: 'protocol',
      failure: { code: 'invalid_response', stage: 'handshake', message: expect.stringContaining('-32603 (later)') },
    }
    expect(await bench.deep(aServerAt(server.url))).toMatchObject({ ...refused, capabilities: undefined })
    expect(await bench.call(aServerAt(server.url))).toMatchObject(refused)
  })
})

describe('a modern call', () => {
  test('repeats arguments as the headers the tool asks for, listing it first when needed', async () => {
    await using server = await rawServer(modern)
    await using bench = someUpstreams()
    const result = await bench.upstreams.callTool(
      aServerAt(server.url),
      { tool: 'geo', args: { region: 'Österreich' } },
      new AbortController().signal,
    )
    expect(result).toMatchObject({ outcome: 'ok', result: { structuredContent: { name: 'geo' } } })
    expect(server.asked).toEqual(['server/discover', 'tools/call', 'tools/list', 'tools/call'])
  })
})

test.each([
  ['modern', ['good'], ['faulty']],
  ['legacy', ['faulty', 'good'], []],
] as const)('a tool whose headers cannot be is listed as a %s server has to', async (era, kept, dropped) => {
  const properties = { score: { type: 'number', 'x-mcp-header': 'Score' } }
  const tools = [aTool('faulty', { inputSchema: { type: 'object', properties } }), aTool('good')]
  const listing = only('tools/list', ({ result }) => result({ tools }))
  await using server = await rawServer((exchange) =>
    era === 'legacy' || exchange.message.method === 'tools/list' ? listing(exchange) : modern(exchange),
  )
  await using bench = someUpstreams()
  const { capabilities } = await bench.deep(aServerAt(server.url))
  expect(capabilities?.tools.map(({ name }) => name)).toEqual(kept)
  expect(capabilities?.dropped.map(({ name }) => name)).toEqual(dropped)
})

describe('a session the server forgot', () => {
  test.each([404, 400])('is replaced once, by HTTP %i', async (status) => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    let forgotten = true
    server.answer = ({ message, response, honest }) => {
      if (message.method === 'initialize') forgotten = false
      if (forgotten) response.writeHead(status).end()
      else honest()
    }
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    expect(server.asked.slice(3)).toEqual(['ping', 'initialize', 'notifications/initialized'])
  })

  test('is replaced for a call too', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    let calls = 0
    server.answer = only('tools/call', ({ response, honest }) =>
      calls++ === 0 ? response.writeHead(404).end() : honest(),
    )
    expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
  })

  test('is replaced with what a client had set in the one before', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    let known = ''
    const set: string[] = []
    server.answer = ({ message, request, result, response, honest }) => {
      if (message.method === 'initialize') {
        known = `s${server.asked.length}`
        result({ protocolVersion: '2025-11-25', capabilities: {} }, { 'mcp-session-id': known })
      } else if (request.headers['mcp-session-id'] !== known) response.writeHead(404).end()
      else if (message.method === 'logging/setLevel' || message.method === 'resources/subscribe') {
        set.push(`${known} ${message.params.level ?? message.params.uri}`)
        result({})
      } else honest()
    }
    const client = { info: {}, capabilities: {} }
    const aside = { notified: () => {}, asked: () => false }
    const own = { client, aside, lasting: new LastingRequests(), enter: () => () => {} }
    const connection = bench.upstreams.connectFor(aServerAt(server.url), own)
    const relay = (method: string, params: JsonObject) =>
      connection.relay({ method, params, client }, NOBODY_HEARS, FOREVER)
    await relay('logging/setLevel', { level: 'error' })
    await relay('resources/subscribe', { uri: 'file:///a' })
    const before = known
    known = 'none'
    await relay('ping', {})
    expect(known).not.toBe(before)
    expect(set).toEqual([`${before} error`, `${before} file:///a`, `${known} error`, `${known} file:///a`])
    await connection.close()
  })

  test('and forgets again is judged by what it says', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    server.answer = only('tools/list', ({ response }) => response.writeHead(404).end())
    expect(await bench.deep(aServerAt(server.url))).toMatchObject({
      outcome: 'protocol',
      failure: { code: 'http_status', stage: 'tools_list' },
    })
    server.answer = only('tools/call', ({ json }) =>
      json(400, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'No valid session ID provided' } }),
    )
    expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'app_error', error: { code: -32000 } })
  })

  test.each([
    [-32000, 'Bad Request: No valid session ID provided'],
    [-32000, 'Bad Request: Server not initialized'],
    [-32000, 'Unknown Mcp-Session-Id header'],
    [-32600, 'Invalid Request: Session not found'],
    [-32001, 'Invalid or expired session'],
  ])('is replaced when HTTP 400 says so (%i %s)', async (code, said) => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    let calls = 0
    server.answer = only('tools/call', ({ json, message, honest }) =>
      calls++ === 0 ? json(400, { jsonrpc: '2.0', id: message.id, error: { code, message: said } }) : honest(),
    )
    expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    expect(server.asked.filter((method) => method === 'tools/call')).toHaveLength(2)
  })

  test.each([
    [-32602, 'The argument session_name is missing'],
    [-32603, 'text is too long'],
    [-32000, 'Bad Request: no such thing'],
  ])('is not meant by a 400 about what was asked (%i %s)', async (code, said) => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    server.answer = only('tools/call', ({ json, message }) =>
      json(400, { jsonrpc: '2.0', id: message.id, error: { code, message: said } }),
    )
    expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'app_error', error: { code } })
    expect(server.asked.filter((method) => method === 'tools/call')).toHaveLength(1)
  })

  test('is replaced once for all that it was lost to', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    let late = () => {}
    let calls = 0
    server.answer = only('tools/call', ({ response, honest }) => {
      if (++calls > 2) honest()
      else if (calls === 2) response.writeHead(404).end()
      else late = () => response.writeHead(404).end()
    })
    const first = bench.call(aServerAt(server.url))
    await expect.poll(() => calls).toBe(1)
    expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    late()
    expect(await first).toMatchObject({ outcome: 'ok' })
    expect(server.asked.filter((method) => method === 'initialize')).toHaveLength(2)
  })

  test('is replaced for all that were to be sent in it and had no connection yet', async () => {
    let known = 'first'
    await using server = await rawServer(({ message, request, result, response, honest }) => {
      if (message.method === 'initialize') {
        result({ protocolVersion: '2025-11-25', capabilities: {} }, { 'mcp-session-id': known })
      } else if (request.headers['mcp-session-id'] !== known) response.writeHead(404).end()
      else honest()
    }, SELF_SIGNED)
    await using bench = someUpstreams({ ca: SELF_SIGNED.cert })
    await bench.shallow(aServerAt(server.url))
    known = 'second'
    const results = await Promise.all(Array.from({ length: 4 }, () => bench.call(aServerAt(server.url))))
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['ok']))
  })

  test('is ended at the server when we leave', async () => {
    await using server = await rawServer()
    const bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    await bench.upstreams.close()
    expect(server.asked.at(-1)).toBe('DELETE')
    expect(server.headersOf('DELETE')).toMatchObject({ 'mcp-session-id': 'session-1' })
  })
})

test('an error to ping is an answer', async () => {
  await using server = await rawServer(
    only('ping', ({ json, message }) =>
      json(200, { jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'no' } }),
    ),
  )
  await using bench = someUpstreams()
  await bench.shallow(aServerAt(server.url))
  expect(await bench.shallow(aServerAt(server.url))).toMatchObject({
    outcome: 'app_error',
    identity: { era: 'legacy' },
  })
})

test('a server may ask us something on the way, and gets an answer', async () => {
  await using server = await rawServer()
  await using bench = someUpstreams()
  const answers: unknown[] = []
  server.answer = (exchange) => {
    const { message, response, honest } = exchange
    if (message.method === undefined && message.id !== undefined) {
      answers.push(message.id)
      response.writeHead(202).end()
    } else if (message.method === 'tools/call') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"jsonrpc":"2.0","id":"q1","method":"ping"}\n\n')
      response.write('data: {"jsonrpc":"2.0","id":"q2","method":"roots/list"}\n\n')
      response.end(`data: {"jsonrpc":"2.0","id":${message.id},"result":{"content":[]}}\n\n`)
    } else honest()
  }
  expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
  await expect.poll(() => answers.toSorted()).toEqual(['q1', 'q2'])
})

test('a change of lists heard on the way is told', async () => {
  await using server = await rawServer(
    only('tools/call', ({ response, message }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n')
      response.end(`data: {"jsonrpc":"2.0","id":${message.id},"result":{"content":[]}}\n\n`)
    }),
  )
  await using bench = someUpstreams()
  await bench.call(aServerAt(server.url))
  expect(bench.signals).toEqual([{ type: 'list_changed', serverId: 1 }])
})

test('lists said to change without end are heard at once, and then now and then', async () => {
  const changed = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }
  await using server = await rawServer(
    only('ping', ({ json, message }) =>
      json(200, [...Array.from({ length: 10_000 }, () => changed), { jsonrpc: '2.0', id: message.id, result: {} }]),
    ),
  )
  const clock = new HeldClock()
  await using bench = someUpstreams({ clock })
  for (let check = 0; check < 3; check++) await bench.shallow(aServerAt(server.url))
  expect(bench.signals).toHaveLength(1)
  expect(clock.fire(5_000)).toBe(1)
  expect(bench.signals).toHaveLength(2)
  expect(clock.fire(5_000)).toBe(1)
  expect(bench.signals).toHaveLength(2)
  expect(clock.waiting).not.toContain(5_000)
})
