import { createServer, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { obey } from '../test/fixtures/servers/control.ts'
import { TOOLS } from './tools.ts'

/**
 * The cheapest MCP server that is still honest, on node:http alone: any path is a server with ten tools. What lies under
 * `/modern` speaks the revision of 2026-07-28, under `/hung` nothing is ever answered, all else is legacy with a session.
 */
const Message = z.object({ id: z.number().optional(), method: z.string() })
const Behaviour = z.object({
  /** Before each answer. */
  delayMs: z.number().default(0),
  /** Of the requests: half of these end with their connection, half are never answered. */
  lostShare: z.number().default(0),
})

const INFO = { name: 'bench', version: '1.0.0' }
const CAPABILITIES = { tools: {} }
const RESULTS: ReadonlyMap<string, object> = new Map(
  Object.entries({
    ping: {},
    initialize: { protocolVersion: '2025-06-18', capabilities: CAPABILITIES, serverInfo: INFO },
    'tools/list': { tools: TOOLS },
  }),
)
const MODERN: ReadonlyMap<string, object> = new Map(
  Object.entries({
    'server/discover': { supportedVersions: ['2026-07-28'], capabilities: CAPABILITIES, serverInfo: INFO },
    'tools/list': { tools: TOOLS },
  }),
)
const HEADERS = { 'content-type': 'application/json', 'mcp-session-id': 'kept' }

let behaviour = Behaviour.parse({})
let lost = 0
obey({
  /** From now on. */
  behave: (input) => {
    behaviour = Behaviour.parse(input)
  },
  /** How many requests were lost so far. */
  lost: () => lost,
})

const server = createServer((request, response) => {
  const path = request.url ?? ''
  if (path.startsWith('/hung')) return
  const { delayMs, lostShare } = behaviour
  if (lostShare > 0 && Math.random() < lostShare) {
    if (lost++ % 2 === 0) request.socket.destroy()
    return
  }
  const pieces: Buffer[] = []
  request.on('data', (piece) => pieces.push(piece))
  request.on('end', () => {
    const results = path.startsWith('/modern') ? MODERN : RESULTS
    const reply = () => answer(results, String(Buffer.concat(pieces)), response)
    if (delayMs > 0) setTimeout(reply, delayMs)
    else reply()
  })
})
// Connections are kept from check to check, however far apart they are.
server.keepAliveTimeout = 600_000
server.listen(Number(process.env.PORT), '127.0.0.1', 4_096)

function answer(results: ReadonlyMap<string, object>, body: string, response: ServerResponse): void {
  if (body === '') {
    response.writeHead(200).end()
    return
  }
  const { id, method } = Message.parse(JSON.parse(body))
  if (id === undefined) {
    response.writeHead(202).end()
    return
  }
  const result = results.get(method)
  const reply = result ? { result } : { error: { code: -32_601, message: 'Method not found' } }
  const text = JSON.stringify({ jsonrpc: '2.0', id, ...reply })
  response.writeHead(result ? 200 : 400, { ...HEADERS, 'content-length': Buffer.byteLength(text) }).end(text)
}
