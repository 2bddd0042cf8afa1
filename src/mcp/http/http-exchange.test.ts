import { describe, expect, test } from 'vitest'
import { type Exchange, only, rawServer } from '../../../test/support/raw-server.ts'
import { aServerAt, someUpstreams } from '../../../test/support/upstreams.ts'
import { ByteBudget } from '../byte-budget.ts'
import { meansOf } from '../means.ts'

/** Checks a server that is honest until its session is kept, and then answers pings with what `write` puts on the wire. */
async function pingOnTheWire(write: (exchange: Exchange) => void) {
  await using server = await rawServer()
  await using bench = someUpstreams()
  await bench.shallow(aServerAt(server.url))
  server.answer = only('ping', write)
  const result = await bench.shallow(aServerAt(server.url))
  // What the parser trips over comes after the verdict, when the socket closes.
  await expect.poll(() => server.connections.open.size).toBe(0)
  server.answer = ({ honest }) => honest()
  return { result, next: await bench.shallow(aServerAt(server.url)) }
}

const raw =
  (text: string, end = false) =>
  ({ request }: Exchange): void => {
    const { socket } = request
    if (end) socket.end(text)
    else socket.write(text)
  }

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'
const NONSENSE = 'data: nonsense\n\n'

describe('an answer that is given up', () => {
  const answers: readonly (readonly [string, (exchange: Exchange) => void])[] = [
    ['that ends with the connection', raw(`${STREAM}\r\n${NONSENSE}`)],
    ['whose connection was to close', raw(`${STREAM}Connection: close\r\nContent-Length: 16\r\n\r\n${NONSENSE}`)],
    [
      'whose connection was to close after its chunks',
      raw(`${STREAM}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n${NONSENSE}\r\n0\r\n\r\n`),
    ],
    ['and over at the same moment', raw(`${STREAM}\r\n${NONSENSE}`, true)],
    ['as HTTP/1.0', raw(`HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n${NONSENSE}`, true)],
  ]
  test.each(answers)('%s breaks nothing but itself', async (_name, write) => {
    const { result, next } = await pingOnTheWire(write)
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code: 'invalid_response' } })
    expect(next.outcome).toBe('ok')
  })

  test('for its size breaks nothing but itself', async () => {
    const { result, next } = await pingOnTheWire(raw(`${STREAM}\r\ndata: ${'a'.repeat(5_000_000)}`))
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code: 'response_too_large' } })
    expect(next.outcome).toBe('ok')
  })

  test('after its reply, because it goes on and on, breaks nothing', async () => {
    const { result, next } = await pingOnTheWire(({ message, request }) => {
      const reply = `data: {"jsonrpc":"2.0","id":${message.id},"result":{}}\n\n`
      request.socket.write(`${STREAM}Connection: close\r\n\r\n${reply}`)
      request.socket.write(': and so on\n\n'.repeat(100_000))
    })
    expect(result.outcome).toBe('ok')
    expect(next.outcome).toBe('ok')
  })

  test('because Omni2 drops the connection breaks nothing', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(server.url))
    server.answer = only('ping', raw(`${STREAM}\r\n: wait\n\n`))
    const waiting = bench.shallow(aServerAt(server.url))
    await expect.poll(() => server.asked).toContain('ping')
    await bench.upstreams.close()
    expect((await waiting).outcome).toBe('cancelled')
  })
})

test('what was passed on of a stream takes no memory of answers, however much it was', async () => {
  await using server = await rawServer()
  await using bench = someUpstreams({ means: { ...meansOf(), answers: new ByteBudget(200_000) } })
  await bench.shallow(aServerAt(server.url))
  const said = { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'a'.repeat(1_000) } }
  server.answer = only('tools/call', ({ message: { id }, response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let count = 0; count < 1_000; count++) response.write(`data: ${JSON.stringify(said)}\n\n`)
    response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`)
  })
  expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
})

describe('an answer', () => {
  const twice: readonly (readonly [string, string, object])[] = [
    [
      'WWW-Authenticate',
      'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nWWW-Authenticate: Basic\r\n',
      { outcome: 'auth', failure: { message: expect.stringContaining('HTTP 401, Bearer, Basic') } },
    ],
    ['Retry-After', 'HTTP/1.1 429 Enough\r\nRetry-After: 5\r\nRetry-After: 6\r\n', { outcome: 'throttled' }],
    [
      'Content-Type',
      'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Type: application/json\r\n',
      { outcome: 'protocol', failure: { code: 'invalid_response' } },
    ],
  ]
  test.each(twice)('with %s twice is judged like any other', async (_name, head, expected) => {
    const { result } = await pingOnTheWire(raw(`${head}Content-Length: 0\r\nConnection: close\r\n\r\n`, true))
    expect(result).toMatchObject(expected)
  })

  test('that is announced again and again is not waited for', async () => {
    const { result } = await pingOnTheWire(raw('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(1_000)))
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code: 'invalid_response' } })
  })

  test('that is all framing and no content is not read for long', async () => {
    const { result } = await pingOnTheWire(({ request: { socket } }) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1;')
      socket.write('a'.repeat(8_000_000))
    })
    expect(result).toMatchObject({ outcome: 'protocol', failure: { code: 'response_too_large' } })
    expect(result.responseTimeMs).toBeLessThan(4_000)
  })

  test.each([
    ['bytes one by one', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\n \r\n'],
    ['tiny events', `${STREAM}Transfer-Encoding: chunked\r\n\r\n`, '12\r\n:\n\ndata:x\n\ndata:y\n\r\n'],
  ])('of %s counts for more than its bytes', async (_name, head, unit) => {
    const { result } = await pingOnTheWire(({ request: { socket } }) => {
      socket.write(head)
      socket.write(unit.repeat(100_000))
    })
    expect(result.outcome).toBe('protocol')
  })

  test('may be announced', async () => {
    const { result } = await pingOnTheWire(({ request, message }) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} })
      const head = `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}`
      request.socket.end(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${head}\r\n\r\n${body}`)
    })
    expect(result.outcome).toBe('ok')
  })
})
