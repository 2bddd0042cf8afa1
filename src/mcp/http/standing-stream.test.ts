import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type Answer, type Exchange, rawServer } from '../../../test/support/raw-server.ts'
import { aServerAt, FOREVER, HeldClock, someUpstreams } from '../../../test/support/upstreams.ts'
import { later } from '../../core/clock.ts'
import { serverId } from '../../core/ids.ts'
import { systemClock } from '../../server/system-clock.ts'
import { StandingStream } from './standing-stream.ts'
import { StreamPlaces } from './stream-places.ts'

const CAPABILITIES = { tools: { listChanged: true }, prompts: {}, resources: { listChanged: true } }
const CHANGED = 'data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n'
const TOLD = { type: 'list_changed', serverId: 1 }

/** Answers GET as `answer` says, announces changes of its lists, and is honest otherwise. */
const announcing =
  (answer: Answer): Answer =>
  (exchange) => {
    const serverInfo = { name: 'raw', version: '1.0.0' }
    if (exchange.request.method === 'GET') answer(exchange)
    else if (exchange.message.method === 'initialize') {
      const result = { protocolVersion: '2025-06-18', capabilities: CAPABILITIES, serverInfo }
      exchange.result(result, { 'mcp-session-id': 'session-1' })
    } else if (/^(?:prompts|resources)/.test(exchange.message.method ?? '')) exchange.result({})
    else exchange.honest()
  }

/** Keeps each stream open once it began with `text`. */
function streaming(text = ': hello\n\n') {
  const streams: ServerResponse[] = []
  const stream = ({ response }: Exchange) => {
    streams.push(response.on('error', () => {}))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(text)
  }
  return { stream, streams }
}

/** A clock that can be set ahead. */
class AheadClock extends HeldClock {
  aheadMs = 0
  override now = () => later(systemClock.now(), this.aheadMs)
}

describe('a legacy server that announces changes of its lists', () => {
  test('is heard on one stream, kept from check to check', async () => {
    const { stream, streams } = streaming()
    await using server = await rawServer(announcing(stream))
    await using bench = someUpstreams()
    for (let n = 0; n < 3; n++) expect(await bench.deep(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    await expect.poll(() => streams.length).toBe(1)
    expect(server.headersOf('GET')).toMatchObject({
      accept: 'text/event-stream',
      'mcp-session-id': 'session-1',
      'mcp-protocol-version': '2025-06-18',
    })
    streams[0]?.write(CHANGED)
    await expect.poll(() => bench.signals).toEqual([TOLD])
    await bench.shallow(aServerAt(server.url))
    expect(server.asked.filter((asked) => asked === 'GET')).toHaveLength(1)
  })

  const refusals: readonly (readonly [string, Answer])[] = [
    ['405', ({ response }) => response.writeHead(405).end()],
    ['404 with JSON-RPC', ({ json }) => json(404, { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'x' } })],
    ['401', ({ response }) => response.writeHead(401).end()],
    ['429', ({ response }) => response.writeHead(429, { 'retry-after': '300' }).end()],
    ['500', ({ response }) => response.writeHead(500).end()],
    ['HTML', ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works</h1>')],
    ['a stream that ends', ({ response }) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end()],
    ['a closed connection', ({ request }) => request.socket.destroy()],
    ['nonsense', streaming('data: nonsense\n\n').stream],
    ['no message', streaming('data: {"a":1}\n\n').stream],
    ['nothing at all', () => {}],
  ]
  test.each(refusals)('and answers our GET with %s is as healthy as before', async (_name, answer) => {
    await using server = await rawServer(announcing(answer))
    await using bench = someUpstreams()
    for (let n = 0; n < 3; n++) {
      expect(await bench.deep(aServerAt(server.url))).toMatchObject({ outcome: 'ok', stages: expect.any(Array) })
      expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    }
    await expect.poll(() => server.asked).toContain('GET')
    expect(server.asked.filter((asked) => asked === 'GET')).toHaveLength(1)
    expect(server.asked.filter((asked) => asked === 'initialize')).toHaveLength(1)
    expect(bench.signals).toEqual([])
  })

  test('and ends the stream is listened to again by a deep check, a minute after', async () => {
    await using server = await rawServer(announcing(({ response }) => response.writeHead(405).end()))
    const clock = new AheadClock()
    await using bench = someUpstreams({ clock })
    const gets = () => server.asked.filter((asked) => asked === 'GET').length
    await bench.deep(aServerAt(server.url))
    await expect.poll(gets).toBe(1)
    await expect.poll(() => server.connections.open.size).toBe(1)
    clock.aheadMs = 61_000
    await bench.shallow(aServerAt(server.url))
    expect(gets()).toBe(1)
    await bench.deep(aServerAt(server.url))
    await expect.poll(gets).toBe(2)
  })

  test('is listened to anew in a new session', async () => {
    const { stream, streams } = streaming()
    await using server = await rawServer(announcing(stream))
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    await expect.poll(() => streams.length).toBe(1)
    server.answer = (exchange) => {
      if (exchange.message.method === 'ping') exchange.response.writeHead(404).end()
      else announcing(stream)(exchange)
    }
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    await expect.poll(() => streams.length).toBe(2)
    await expect.poll(() => streams[0]?.closed).toBe(true)
    streams[1]?.write(CHANGED)
    await expect.poll(() => bench.signals).toEqual([TOLD])
  })

  test('may ask for a sign of life there, now and then', async () => {
    const pings = Array.from({ length: 50 }, (_, id) => `data: {"jsonrpc":"2.0","id":"p${id}","method":"ping"}\n\n`)
    const { stream } = streaming(pings.join(''))
    const answers: unknown[] = []
    await using server = await rawServer((exchange) => {
      if (exchange.message.method === undefined && exchange.message.id !== undefined) answers.push(exchange.message.id)
      announcing(stream)(exchange)
    })
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    await expect.poll(() => answers).toHaveLength(16)
    await bench.shallow(aServerAt(server.url))
    expect(answers).toHaveLength(16)
  })

  test('without end is heard, and then no more', async () => {
    const { stream, streams } = streaming(CHANGED)
    await using server = await rawServer(announcing(stream))
    const clock = new HeldClock()
    await using bench = someUpstreams({ clock })
    await bench.shallow(aServerAt(server.url))
    await expect.poll(() => streams.length).toBe(1)
    streams[0]?.write(CHANGED.repeat(10_000))
    await expect.poll(() => streams[0]?.closed).toBe(true)
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    expect(bench.signals).toEqual([TOLD])
    expect(clock.fire(5_000)).toBe(1)
    expect(bench.signals).toEqual([TOLD, TOLD])
  })

  test('in one endless event is not listened to', async () => {
    const { stream, streams } = streaming(`data: ${'x'.repeat(70 * 1024)}`)
    await using server = await rawServer(announcing(stream))
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    await expect.poll(() => streams[0]?.closed).toBe(true)
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
  })
})

test('a modern server that announces changes of its lists is asked to tell them', async () => {
  const { stream, streams } = streaming()
  const listening: Exchange[] = []
  await using server = await rawServer((exchange) => {
    const { method } = exchange.message
    if (method === 'server/discover') {
      exchange.result({ supportedVersions: ['2026-07-28'], capabilities: CAPABILITIES })
    } else if (method === 'subscriptions/listen') {
      listening.push(exchange)
      stream(exchange)
    } else if (/^(?:prompts|resources)/.test(method ?? '')) exchange.result({})
    else exchange.honest()
  })
  await using bench = someUpstreams()
  for (let n = 0; n < 3; n++) expect(await bench.deep(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
  await expect.poll(() => streams.length).toBe(1)
  expect(listening[0]?.message.params).toEqual({
    notifications: { toolsListChanged: true, resourcesListChanged: true },
    _meta: expect.objectContaining({ 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }),
  })
  expect(server.headersOf('subscriptions/listen')).toMatchObject({
    'mcp-method': 'subscriptions/listen',
    'mcp-protocol-version': '2026-07-28',
  })
  streams[0]?.write(CHANGED)
  await expect.poll(() => bench.signals).toEqual([TOLD])
  const id = listening[0]?.message.id
  streams[0]?.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: {} })}\n\n`) // it says goodbye
  await expect.poll(() => streams[0]?.closed).toBe(true)
  expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
  expect(server.asked).not.toContain('GET')
})

test('a server that announces nothing, and one only tried out, is not listened to', async () => {
  const { stream } = streaming()
  await using server = await rawServer(announcing(stream))
  await using bench = someUpstreams()
  await bench.upstreams.probe(aServerAt(server.url).config, FOREVER)
  server.answer = ({ honest }) => honest()
  await bench.deep(aServerAt(server.url))
  expect(server.asked).not.toContain('GET')
})

test.each(['drop', 'close'] as const)('the stream ends with its connection, by %s', async (how) => {
  const { stream, streams } = streaming()
  await using server = await rawServer(announcing(stream))
  await using bench = someUpstreams()
  await bench.shallow(aServerAt(server.url))
  await expect.poll(() => streams.length).toBe(1)
  await (how === 'drop' ? bench.upstreams.drop(serverId(1)) : bench.upstreams.close())
  await expect.poll(() => server.connections.open.size).toBe(0)
})

test('streams are opened while there is a place for one, which is given back at their end', async () => {
  const places = new StreamPlaces(1)
  const sent: (() => void)[] = []
  const aStream = () => {
    const { promise, reject } = Promise.withResolvers<never>()
    const sendFresh = () => {
      sent.push(() => reject(new Error('it ended')))
      return promise
    }
    const nobody = () => {}
    const sender = { sendFresh }
    return new StandingStream({ clock: systemClock, sender, places, where: 'it', notified: nobody, asked: nobody })
  }
  const request = () => ({ method: 'GET', path: '/', headers: [] }) as const
  void aStream().open(request)
  const other = aStream()
  void other.open(request)
  expect(sent).toHaveLength(1)
  sent[0]?.()
  await expect
    .poll(() => {
      void other.open(request)
      return sent.length
    })
    .toBe(2)
  other.close()
  void other.open(request)
  expect(sent).toHaveLength(3)
})
