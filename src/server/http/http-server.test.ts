import { once } from 'node:events'
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { portOf } from '../../../test/support/ports.ts'
import { setUpServer } from '../../../test/support/server-setup.ts'
import { createHttpServer, refuseBrokenRequest } from './http-server.ts'

const closing: (() => Promise<unknown> | undefined)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Sends bytes as they are, keeps the connection open, and answers all that came back until the other side ended it. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  return text(socket)
}

async function impatient() {
  const server = createHttpServer((request, response) => request.resume().once('end', () => response.end('api')), {
    headersTimeout: 50,
    requestTimeout: 50,
    connectionsCheckingInterval: 10,
    keepAliveTimeout: 50,
  })
  server.on('clientError', refuseBrokenRequest)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server[Symbol.asyncDispose]())
  return portOf(server)
}

test.each([
  ['headers that never end', 'GET / HTTP/1.1\r\nHost: x\r\n', 408],
  ['a body that never ends', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1', 408],
  ['nothing like HTTP', 'hello\r\n\r\n', 400],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
  ['enormous headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
])('%s: answered with a problem and the connection ends', async (_what, bytes, status) => {
  const answer = await exchange(await impatient(), bytes)
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(answer).toContain('application/problem+json')
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status })
})

test('who does not read an answer is dropped, and who takes long to get one is not', async () => {
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/large') response.end(Buffer.alloc(32 * 1024 * 1024))
    else setTimeout(() => response.end('at last'), 600)
  }
  const server = createHttpServer(handler, { stuckReaderMs: 400 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server[Symbol.asyncDispose]())
  const port = portOf(server)

  const stuck = connect(port, '127.0.0.1').pause()
  const accepted = once(server, 'connection')
  stuck.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2))
  const [theirs] = await accepted
  await once(theirs, 'close')
  stuck.destroy()

  const talkative = connect(port, '127.0.0.1')
    .pause()
    .on('error', () => {})
  const again = once(server, 'connection')
  talkative.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n')
  const talking = setInterval(() => talkative.write('\r\n'), 50)
  const [its] = await again
  await once(its, 'close')
  clearInterval(talking)
  talkative.destroy()

  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let request = 0; request < 2; request++) {
    const [response] = await once(get({ port, host: '127.0.0.1', path: '/slow', agent }), 'response')
    expect(await text(response)).toBe('at last')
  }
  const [large] = await once(get({ port, host: '127.0.0.1', path: '/large', agent }), 'response')
  let bytes = 0
  for await (const piece of large) bytes += piece.length
  expect(bytes).toBe(32 * 1024 * 1024)
  agent.destroy()
})

test('requests sent ahead are answered in turn, each begun when the one before is done', async () => {
  const begun: (string | undefined)[] = []
  const answers: ServerResponse[] = []
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    begun.push(request.url)
    answers.push(response)
  }
  const server = createHttpServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server[Symbol.asyncDispose]())
  const socket = connect(portOf(server), '127.0.0.1')
  const request = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
  socket.write(request('/1') + request('/2') + request('/3', 'Connection: close\r\n'))
  const answered = text(socket)
  for (const path of ['/1', '/2', '/3']) {
    await expect.poll(() => begun.at(-1)).toBe(path)
    await new Promise((resolve) => setImmediate(resolve))
    expect(begun.at(-1)).toBe(path)
    answers.at(-1)?.end(`answer ${path}`)
  }
  expect((await answered).match(/answer \/\d/g)).toEqual(['answer /1', 'answer /2', 'answer /3'])
})

const LARGE = 4 * 1024 * 1024

test.each([
  ['all of it', LARGE, /^HTTP\/1.1 200 [\s\S]*slowHTTP\/1.1 200 [\s\S]*4194304$/],
  ['and never ends', LARGE - 1, /^HTTP\/1.1 200 [\s\S]*slowHTTP\/1.1 408 /],
])('the time of a body that waits behind a slow answer, %s, begins with its turn', async (_what, bytes, expected) => {
  const answers: ServerResponse[] = []
  const handler = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/slow') answers.push(response)
    else response.setHeader('connection', 'close').end(`${(await text(request)).length}`)
  }
  const limits = { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 10 }
  const server = createHttpServer((request, response) => void handler(request, response).catch(() => {}), limits)
  server.on('clientError', refuseBrokenRequest)
  const timeouts = once(server, 'clientError')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server[Symbol.asyncDispose]())
  const socket = connect(portOf(server), '127.0.0.1')
  socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.write(`POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: ${LARGE}\r\n\r\n`)
  socket.write('a'.repeat(bytes))
  const answered = text(socket)
  await timeouts
  answers[0]?.end('slow')
  expect(await answered).toMatch(expected)
})

test('the running server has its limits, also where a request is broken', async () => {
  const { app } = await setUpServer()
  closing.push(() => app.close())
  const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  expect(app.server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 15_000 })
  expect(await exchange(Number(address.port), 'hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*[\s\S]*problem\+json/)
  const badPath = await fetch(new URL('/%zz', address))
  expect([badPath.status, badPath.headers.get('content-type')]).toEqual([
    400,
    'application/problem+json; charset=utf-8',
  ])
})
