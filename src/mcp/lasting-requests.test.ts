import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type Answer, rawServer } from '../../test/support/raw-server.ts'
import { aServerAt, FOREVER, HeldClock, someUpstreams } from '../../test/support/upstreams.ts'
import { serverId } from '../core/ids.ts'
import { NOBODY_HEARS } from './channel.ts'
import { StreamPlaces } from './http/stream-places.ts'
import { LastingRequests } from './lasting-requests.ts'
import { meansOf } from './means.ts'

const CLIENT = { info: {}, capabilities: {} }
const SUBSCRIBE = 'resources/subscribe'
const UNSUBSCRIBE = 'resources/unsubscribe'

/** Upstreams through which clients together subscribe to resources of one server. */
function sharing(url: string, mostStreams?: number) {
  const heard: unknown[] = []
  const bench = someUpstreams({
    means: { ...meansOf(), streams: new StreamPlaces(mostStreams) },
    onNotified: (_, method, { uri }) => heard.push(`${method} ${uri}`),
  })
  const { upstreams } = bench
  const [watched, lost] = [new Map<string, () => void>(), [] as string[]]
  upstreams.watched.set(serverId(1), watched)
  const ask = async (method: string, uri: string) => {
    if (method === SUBSCRIBE) watched.set(uri, () => lost.push(uri))
    else watched.delete(uri)
    const request = { method, params: { uri }, client: CLIENT }
    return (await upstreams.relay(aServerAt(url), request, NOBODY_HEARS, FOREVER)).reply
  }
  const subscribe = (uri: string) => ask(SUBSCRIBE, uri)
  return { ...bench, heard, watched, lost, subscribe, unsubscribe: (uri: string) => ask(UNSUBSCRIBE, uri) }
}

/** A modern server that acknowledges what `honoured` leaves of it. */
function modern(honoured: (uris: readonly string[]) => readonly string[] = (uris) => uris) {
  const listened: (readonly string[])[] = []
  const streams: ServerResponse[] = []
  const answer: Answer = ({ message, response, result, honest }) => {
    if (message.method === 'server/discover') {
      result({ supportedVersions: ['2026-07-28'], capabilities: { resources: { subscribe: true } } })
    } else if (message.method === 'subscriptions/listen') {
      const { resourceSubscriptions: asked } = message.params.notifications as { resourceSubscriptions: string[] }
      listened.push(asked)
      streams.push(response.on('error', () => {}))
      const notifications = { resourceSubscriptions: honoured(asked) }
      const told = { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications } }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify(told)}\n\n`)
    } else honest()
  }
  return { answer, listened, streams }
}

describe('a modern server', () => {
  test('that acknowledges less than it was asked for is not said to tell the rest', async () => {
    const { answer } = modern((uris) => uris.filter((uri) => uri !== 'b'))
    await using server = await rawServer(answer)
    await using bench = sharing(server.url)
    expect(await bench.subscribe('a')).toEqual({ result: {} })
    expect(await bench.subscribe('b')).toMatchObject({ error: { message: expect.stringContaining('does not tell') } })
    expect(await bench.subscribe('c')).toEqual({ result: {} })
  })

  test.each<[string, Answer]>([
    ['refuses to tell', ({ json }) => json(400, { jsonrpc: '2.0', id: null, error: { code: -32602, message: 'no' } })],
    ['ends the stream', ({ response }) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end()],
    ['is not there', ({ request }) => request.socket.destroy()],
  ])('that %s is not said to tell', async (_how, answer) => {
    const honest = modern().answer
    await using server = await rawServer((exchange) =>
      exchange.message.method === 'subscriptions/listen' ? answer(exchange) : honest(exchange),
    )
    await using bench = sharing(server.url)
    expect(await bench.subscribe('a')).toMatchObject({ error: { message: expect.stringContaining('does not tell') } })
  })

  test('is asked once for what is wanted at the same moment, and repeats however much it is', async () => {
    const { answer, listened } = modern()
    await using server = await rawServer(answer)
    await using bench = sharing(server.url)
    await bench.shallow(aServerAt(server.url))
    const uris = Array.from({ length: 1_000 }, (_, n) => `file:///${'é'.repeat(500)}/${n}`)
    const replies = await Promise.all(uris.map((uri) => bench.subscribe(uri)))
    expect(new Set(replies.map((reply) => JSON.stringify(reply)))).toEqual(new Set(['{"result":{}}']))
    expect(listened.map(({ length }) => length)).toEqual([1_000])
  })

  test('is heard on the stream it has until it tells on the next', async () => {
    const { answer, streams } = modern()
    await using server = await rawServer(answer)
    await using bench = sharing(server.url)
    await bench.shallow(aServerAt(server.url))
    await bench.subscribe('a')
    const slow = Promise.withResolvers<void>()
    server.answer = (exchange) => {
      if (exchange.message.method === 'subscriptions/listen') void slow.promise.then(() => answer(exchange))
      else answer(exchange)
    }
    const second = bench.subscribe('b')
    await expect.poll(() => server.asked.filter((asked) => asked === 'subscriptions/listen')).toHaveLength(2)
    streams[0]?.write('data: {"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a"}}\n\n')
    await expect.poll(() => bench.heard).toEqual(['notifications/resources/updated a'])
    slow.resolve()
    expect(await second).toEqual({ result: {} })
    await expect.poll(() => [streams[0]?.closed, streams[1]?.closed]).toEqual([true, false])
  })

  test('is asked anew for the rest when one is wanted no more', async () => {
    const { answer, listened } = modern()
    await using server = await rawServer(answer)
    await using bench = sharing(server.url)
    await bench.shallow(aServerAt(server.url))
    await bench.subscribe('a')
    await bench.subscribe('b')
    expect(await bench.unsubscribe('a')).toEqual({ result: {} })
    await expect.poll(() => listened).toEqual([['a'], ['a', 'b'], ['b']])
  })

  test('that tells of less than before, in what it acknowledges next, is found out', async () => {
    let refused = ''
    const { answer } = modern((uris) => uris.filter((uri) => uri !== refused))
    await using server = await rawServer(answer)
    await using bench = sharing(server.url)
    for (const uri of ['a', 'b']) expect(await bench.subscribe(uri)).toEqual({ result: {} })
    expect(bench.lost).toEqual([])
    refused = 'a'
    expect(await bench.subscribe('c')).toEqual({ result: {} })
    expect(bench.lost).toEqual(['a'])
  })

  test('is listened to no more when nothing is wanted, and again once something is', async () => {
    const { answer, streams, listened } = modern()
    await using server = await rawServer(answer)
    await using bench = sharing(server.url)
    await bench.shallow(aServerAt(server.url))
    await bench.subscribe('a')
    expect(await bench.unsubscribe('a')).toEqual({ result: {} })
    await expect.poll(() => streams[0]?.closed).toBe(true)
    await bench.deep(aServerAt(server.url))
    expect(await bench.subscribe('b')).toEqual({ result: {} })
    expect(listened).toEqual([['a'], ['b']])
  })

  test('is asked for more on the stream it has where there is a place for no other', async () => {
    const { answer, streams } = modern()
    await using server = await rawServer(answer)
    await using bench = sharing(server.url, 1)
    expect(await bench.subscribe('a')).toEqual({ result: {} })
    expect(await bench.subscribe('b')).toEqual({ result: {} })
    await expect.poll(() => [streams[0]?.closed, streams[1]?.closed]).toEqual([true, false])
  })
})

test.each([
  ['modern', () => modern().answer],
  ['legacy', () => forgetful().answer],
])('a %s server is asked to tell of nothing where there is no place for its stream', async (_era, answer) => {
  await using server = await rawServer(answer())
  await using bench = sharing(server.url, 0)
  await bench.shallow(aServerAt(server.url))
  expect(await bench.subscribe('a')).toMatchObject({ error: { message: expect.stringContaining('as many streams') } })
  expect(server.asked).not.toContain('resources/subscribe')
})

/** A legacy server that forgets its session when told to, and lets each subscription wait for `answered`. */
function forgetful() {
  const asked: string[] = []
  let known = 0
  let answered = Promise.resolve()
  const forget = (until = Promise.resolve()) => {
    known = -1
    answered = until
  }
  const answer: Answer = ({ message, request, response, result, honest }) => {
    if (message.method === 'initialize') {
      known = Math.max(known, 0) + asked.push('initialize')
      result({ protocolVersion: '2025-11-25', capabilities: {} }, { 'mcp-session-id': `s${known}` })
    } else if (message.id !== undefined && request.headers['mcp-session-id'] !== `s${known}`) {
      response.writeHead(404).end()
    } else if (message.method === SUBSCRIBE) {
      asked.push(`${message.params.uri}`)
      void answered.then(() => result({}))
    } else honest()
  }
  return { asked, answer, forget }
}

describe('a session that took the place of one that was lost', () => {
  test('is asked for all that clients together still want, however much that is', async () => {
    const { asked, answer, forget } = forgetful()
    await using server = await rawServer(answer)
    await using bench = sharing(server.url)
    await bench.shallow(aServerAt(server.url))
    const uris = Array.from({ length: 300 }, (_, n) => `r${n}`)
    for (const uri of uris) await bench.subscribe(uri)
    bench.watched.delete('r7')
    forget()
    asked.length = 0
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    const wanted = uris.filter((uri) => uri !== 'r7')
    await expect.poll(() => asked.toSorted()).toEqual(['initialize', ...wanted].toSorted())
  })

  test('is not taken to do what it refuses, though the one before did', async () => {
    const { asked, answer, forget } = forgetful()
    await using server = await rawServer(answer)
    await using bench = sharing(server.url)
    await bench.shallow(aServerAt(server.url))
    for (const uri of ['a', 'b']) await bench.subscribe(uri)
    forget()
    server.answer = (exchange) => {
      const { message, json } = exchange
      const isRefused = message.method === SUBSCRIBE && message.params.uri === 'a'
      if (isRefused) json(200, { jsonrpc: '2.0', id: message.id, error: { code: -32_602, message: 'gone' } })
      else answer(exchange)
    }
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    expect([bench.lost, asked.at(-1)]).toEqual([['a'], 'b'])
  })

  test('is of use before all of it is set', async () => {
    const { asked, answer, forget } = forgetful()
    await using server = await rawServer(answer)
    const clock = new HeldClock()
    const { promise, resolve } = Promise.withResolvers<void>()
    await using bench = someUpstreams({ clock })
    const watched = new Map(Array.from({ length: 20 }, (_, n) => [`r${n}`, () => {}]))
    bench.upstreams.watched.set(serverId(1), watched)
    await bench.shallow(aServerAt(server.url))
    forget(promise)
    asked.length = 0
    const check = bench.shallow(aServerAt(server.url))
    await expect.poll(() => asked).toHaveLength(9)
    watched.delete('r19')
    expect(clock.fire(1_000)).toBe(1)
    expect(await check).toMatchObject({ outcome: 'ok' })
    expect(asked).toHaveLength(9)
    resolve()
    await expect.poll(() => asked).toHaveLength(20)
    expect(asked).not.toContain('r19')
  })

  test('and was lost while it was set is asked for the rest by the next check', async () => {
    const { asked, answer } = forgetful()
    await using server = await rawServer(answer)
    await using bench = someUpstreams()
    bench.upstreams.watched.set(serverId(1), new Map(['a', 'b'].map((uri) => [uri, () => {}])))
    server.answer = (exchange) =>
      exchange.message.method === SUBSCRIBE ? exchange.response.writeHead(500).end() : answer(exchange)
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    server.answer = answer
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    await expect.poll(() => asked.toSorted()).toEqual(['a', 'b', 'initialize'])
  })
})

test.each<[string, Answer]>([
  ['refuses', ({ json }) => json(200, { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'no' } })],
  ['does not answer', ({ request }) => request.socket.destroy()],
])('what a client wants to hear no more is not asked for again, though the server %s it', async (_how, answer) => {
  const { answer: honest } = forgetful()
  await using server = await rawServer((exchange) =>
    exchange.message.method === UNSUBSCRIBE ? answer(exchange) : honest(exchange),
  )
  await using bench = someUpstreams()
  const lasting = new LastingRequests()
  const aside = { notified: () => {}, asked: () => false }
  const connection = bench.upstreams.connectFor(aServerAt(server.url), {
    client: CLIENT,
    aside,
    lasting,
    enter: () => () => {},
  })
  const relay = (method: string) =>
    connection.relay({ method, params: { uri: 'a' }, client: CLIENT }, NOBODY_HEARS, FOREVER)
  await relay(SUBSCRIBE)
  expect(lasting.uris()).toEqual(['a'])
  await relay(UNSUBSCRIBE).catch(() => {})
  expect(lasting.uris()).toEqual([])
  await connection.close()
})
