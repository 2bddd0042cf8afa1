import { describe, expect, test } from 'vitest'
import { type Answer, only, rawServer } from '../../test/support/raw-server.ts'
import { aServerAt, FOREVER, someUpstreams } from '../../test/support/upstreams.ts'
import { Secret } from '../core/config/secret.ts'
import type { Server } from '../core/config/server.ts'
import { cancelled } from './failures.ts'
import type { McpUpstreams } from './upstreams.ts'

const CLIENT = { info: {}, capabilities: {} }
const CALL = { method: 'tools/call', params: { name: 'echo', arguments: {} }, client: CLIENT }

/** Calls a tool the short way: whether that could be gone, and what came of it. */
function callNow(upstreams: McpUpstreams, server: Server) {
  const { promise, resolve } = Promise.withResolvers<readonly [string, unknown?]>()
  let stop: (reason: Error) => void = () => {}
  const heard: unknown[] = []
  const isSent = upstreams.callNow(server, CALL, {
    progressToken: 'p',
    notified: (_method, params) => void heard.push(params),
    asked: () => false,
    begun: (end) => {
      stop = end
    },
    replied: (reply) => resolve(['replied', reply]),
    failed: (error) => resolve(['failed', error]),
    takeLongWay: () => resolve(['takes the long way']),
  })
  return { isSent, heard, ended: promise, stop: (reason: Error) => stop(reason) }
}

/** A server that was greeted, and then answers calls of tools as `answer` says. */
async function greeted(owned: AsyncDisposableStack, answer: Answer, over: Parameters<typeof aServerAt>[1] = {}) {
  const raw = owned.use(await rawServer())
  const bench = owned.use(someUpstreams())
  const server = aServerAt(raw.url, over)
  const before = callNow(bench.upstreams, server)
  await bench.shallow(server)
  raw.answer = only('tools/call', answer)
  return { raw, bench, before, call: () => callNow(bench.upstreams, server), server }
}

describe('a call goes the short way', () => {
  test('to a server that was greeted, over a connection that idles', async () => {
    await using owned = new AsyncDisposableStack()
    const { before, call } = await greeted(owned, ({ honest }) => honest())
    expect(before.isSent).toBe(false)
    const first = call()
    const second = call() // the connection is in use
    expect([first.isSent, second.isSent]).toEqual([true, false])
    expect(await first.ended).toMatchObject([
      'replied',
      {
        reply: { result: { content: [{ text: 'called' }] } },
        identity: { era: 'legacy', protocolVersion: '2025-06-18' },
      },
    ])
    expect(call().isSent).toBe(true)
  })

  test('until it is given up, of which a legacy server is told', async () => {
    await using owned = new AsyncDisposableStack()
    const { raw, call } = await greeted(owned, () => {})
    const waiting = call()
    await expect.poll(() => raw.asked).toContain('tools/call')
    const left = cancelled('handshake')
    waiting.stop(left)
    expect(await waiting.ended).toEqual(['failed', left])
    await expect.poll(() => raw.asked).toContain('notifications/cancelled')
  })

  test('and a connection that is lost on it is a failure, sent once', async () => {
    await using owned = new AsyncDisposableStack()
    const { raw, call } = await greeted(owned, ({ request }) => request.socket.destroy())
    expect(await call().ended).toMatchObject(['failed', { outcome: 'connect', failure: { code: 'connection_reset' } }])
    expect(raw.asked.filter((method) => method === 'tools/call')).toHaveLength(1)
  })

  test('without the credentials of the server in what comes back', async () => {
    await using owned = new AsyncDisposableStack()
    const auth = { type: 'bearer', token: new Secret('s3cret-token-of-ours') } as const
    const { call } = await greeted(
      owned,
      ({ request, response, message }) => {
        const params = { data: request.headers.authorization }
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params })}\n\n`)
        response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: params })}\n\n`)
      },
      { auth },
    )
    const shown = call()
    expect(await shown.ended).toMatchObject(['replied', { reply: { result: { data: 'Bearer ***' } } }])
    expect(shown.heard).toEqual([{ data: 'Bearer ***' }])
  })
})

describe('a call goes on the long way', () => {
  test('when the server forgot the session, and opens another', async () => {
    await using owned = new AsyncDisposableStack()
    const { raw, call, bench, server } = await greeted(owned, ({ response }) => response.writeHead(404).end())
    expect(await call().ended).toEqual(['takes the long way'])
    let calls = 0
    raw.answer = only('tools/call', ({ response, honest }) =>
      calls++ === 0 ? response.writeHead(404).end() : honest(),
    )
    const hears = { progressToken: undefined, notified: () => {}, asked: () => false }
    expect(await bench.upstreams.relay(server, CALL, hears, FOREVER)).toMatchObject({ reply: { result: {} } })
    expect(raw.asked.filter((method) => method === 'initialize')).toHaveLength(2)
  })
})

test('a connection is not closed while a call is on the short way', async () => {
  await using owned = new AsyncDisposableStack()
  let answer = () => {}
  const { call, bench, server } = await greeted(owned, ({ honest }) => {
    answer = honest
  })
  const waiting = call()
  await expect.poll(() => `${answer}`).not.toBe('() => {}')
  let isDropped = false
  const dropped = bench.upstreams.drop(server.id).then(() => {
    isDropped = true
  })
  // Longer than it takes to end a session.
  await bench.upstreams.probe(server.config, FOREVER)
  expect(isDropped).toBe(false)
  answer()
  expect(await waiting.ended).toMatchObject(['replied', { reply: { result: {} } }])
  await dropped
})
