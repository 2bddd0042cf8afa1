import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { portOf } from '../../test/support/ports.ts'
import { aServerView } from '../../test/support/wire-samples.ts'
import { followLive } from './live-feed.ts'

type Asked = { readonly url: string | undefined; readonly authorization: string | undefined }

/** A live feed that does to each connection what `serve` says, by its number. */
async function feed(serve: (socket: WebSocket, connection: number) => void) {
  const asked: Asked[] = []
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  server.on('connection', (socket, { url, headers }) => {
    asked.push({ url, authorization: headers.authorization })
    serve(socket, asked.length)
  })
  await once(server, 'listening')
  return { asked, url: `http://127.0.0.1:${portOf(server)}` }
}

const say = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message))
const initial = (seq: number, epoch = 'a') => ({
  ...{ type: 'initial_status', seq, epoch, version: seq, page: 1, pages: 1, servers: [aServerView(1)] },
})
const removed = (seq: number) => ({
  seq,
  event_type: 'mcp_server_deleted',
  timestamp: '2026-01-01T00:00:00.000Z',
  event_data: { server_id: 1, mcp_name: 'server-1', version: seq, severity: 'info' },
})

test('a lost connection is tried again after the last event that was heard', async () => {
  const { asked, url } = await feed((socket, connection) => {
    if (connection === 1) {
      say(socket, initial(4))
      say(socket, removed(5))
      setImmediate(() => socket.close(1013))
    } else say(socket, removed(6))
  })
  const stop = new AbortController()
  const heard: unknown[] = []
  let lost = 0
  await followLive({
    url,
    token: 't',
    signal: stop.signal,
    onLost: () => {
      lost += 1
    },
    onMessage: (message) => {
      heard.push('seq' in message && message.seq)
      if (heard.length === 3) stop.abort()
    },
  })
  expect(heard).toEqual([4, 5, 6])
  expect(lost).toBe(1)
  expect(asked).toEqual([
    { url: '/ws', authorization: 'Bearer t' },
    { url: '/ws?since_seq=5&epoch=a', authorization: 'Bearer t' },
  ])
})

test('after an older database took the place of the one before, its numbers count', async () => {
  const { asked, url } = await feed((socket, connection) => {
    say(socket, connection === 1 ? initial(9) : initial(connection, 'b'))
    setImmediate(() => socket.close(1001))
  })
  const stop = new AbortController()
  const onMessage = (message: object) => 'seq' in message && message.seq === 3 && stop.abort()
  await followLive({ url, token: undefined, signal: stop.signal, onMessage })
  expect(asked.map((request) => request.url)).toEqual(['/ws', '/ws?since_seq=9&epoch=a', '/ws?since_seq=2&epoch=b'])
})

test('who shows the whole state asks for it on each connection', async () => {
  const { asked, url } = await feed((socket, connection) => {
    say(socket, initial(connection + 4))
    if (connection === 1) setImmediate(() => socket.close(1001))
  })
  const stop = new AbortController()
  const onMessage = (message: object) => 'seq' in message && message.seq === 6 && stop.abort()
  await followLive({ url, token: undefined, wholeState: true, signal: stop.signal, onMessage })
  expect(asked.map((request) => request.url)).toEqual(['/ws', '/ws'])
})

test('what this version does not know is passed over', async () => {
  const { url } = await feed((socket) => {
    socket.send('not json')
    say(socket, { event_type: 'of_the_future', seq: 9 })
    say(socket, removed(10))
  })
  const stop = new AbortController()
  const heard: unknown[] = []
  await followLive({
    url,
    token: undefined,
    signal: stop.signal,
    onMessage: (message) => {
      heard.push(message)
      stop.abort()
    },
  })
  expect(heard).toEqual([removed(10)])
})

test('being thrown out for a reason ends it', async () => {
  const { url } = await feed((socket) => socket.close(1008, 'token revoked'))
  const following = followLive({ url, token: 't', signal: new AbortController().signal, onMessage: () => {} })
  await expect(following).rejects.toMatchObject({ exitCode: 1 })
})

test('where nothing listens the first try says so', async () => {
  const signal = new AbortController().signal
  const following = followLive({ url: 'http://127.0.0.1:9', token: undefined, signal, onMessage: () => {} })
  await expect(following).rejects.toThrow('No Omni2 at http://127.0.0.1:9 (connection refused).')
})
