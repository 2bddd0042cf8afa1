import { createServer } from 'node:http'
import { Pool } from 'undici'

/**
 * What a gateway cannot go below: node:http and undici with nothing around them but to read a call, take the prefix off
 * the name of its tool, write it again, and hand back the reply; with `BOTH_WAYS` that is read and written again too.
 */
const upstream = new URL(String(process.env.UPSTREAM))
const readsReplies = process.env.BOTH_WAYS === 'yes'
const pool = new Pool(upstream.origin, { connections: 64, pipelining: 1 })
const HEADERS = ['content-type', 'application/json', 'accept', 'application/json, text/event-stream']

createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece) => pieces.push(piece))
  request.on('end', () => {
    const message = JSON.parse(String(Buffer.concat(pieces)))
    const { name } = message.params ?? {}
    if (name !== undefined) message.params.name = name.slice(name.indexOf('__') + 2)
    const received: Buffer[] = []
    pool.dispatch(
      { method: 'POST', path: upstream.pathname, headers: HEADERS, body: JSON.stringify(message) },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData: (_controller, piece) => void received.push(piece),
        onResponseEnd() {
          const bytes = Buffer.concat(received)
          const body = readsReplies ? Buffer.from(JSON.stringify(JSON.parse(String(bytes)))) : bytes
          response.writeHead(200, ['content-type', 'application/json', 'content-length', `${body.length}`])
          response.end(body)
        },
        onResponseError: () => response.destroy(),
      },
    )
  })
}).listen(Number(process.env.PORT), '127.0.0.1', 1_024)
