import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { z } from 'zod'
import { SELF_SIGNED } from '../test/fixtures/self-signed.ts'
import { obey } from '../test/fixtures/servers/control.ts'
import { type Answers, EVENT, EVENTS, LEGACY, MODERN, replyTo } from './answers.ts'
import { toolsOf, twentyToolsOf } from './tools.ts'

/**
 * The cheapest MCP servers that are still honest, on node:http alone: any path is a server with ten tools. What lies
 * under `/modern` speaks the revision of 2026-07-28, under `/sse` HTTP+SSE; under `/own` each has tools of its own, under
 * `/twenty` that many; under `/chatty` calls are answered by a stream of events, under `/hung` nothing ever. All else is
 * legacy with a session. More origins are opened, and made to fail, on command.
 */
const HEADERS = { 'content-type': 'application/json', 'mcp-session-id': 'kept' }
const STATES = ['up', 'refusing', 'hanging'] as const
const Behaviour = z.object({
  /** Before each answer. */
  delayMs: z.number().default(0),
  /** Of the requests: half of these end with their connection, half are never answered. */
  lostShare: z.number().default(0),
  /** How large what tools say is, when not as usual. */
  resultBytes: z.number().default(0),
  /** Before the last byte of each answer. */
  lastByteMs: z.number().default(0),
})

/** One port; it can be taken down and brought back. */
class Origin {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #state: (typeof STATES)[number] = 'up'
  port = 0
  /** Connections and requests so far. */
  contacts = 0

  constructor(make: (listener: RequestListener) => Server = createServer) {
    this.#server = make((request, response) => {
      this.contacts++
      if (this.#state === 'up') serve(request, response)
    })
    // Connections are kept from check to check, however far apart they are.
    this.#server.keepAliveTimeout = 600_000
    this.#server.on('connection', (socket) => {
      this.contacts++
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  async listen(): Promise<this> {
    this.#server.listen(this.port)
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address && typeof address === 'object') this.port = address.port
    return this
  }

  async become(state: (typeof STATES)[number]): Promise<void> {
    if (state === 'refusing') this.#server.close()
    else if (!this.#server.listening) await this.listen()
    if (state !== 'hanging') for (const socket of this.#sockets) socket.destroy()
    this.#state = state
  }
}

const origins = new Map<number, Origin>()
let behaviour = Behaviour.parse({})
let lost = 0
let large: Answers = LEGACY
const streams = new Map<string, ServerResponse>()

await open(new Origin())
obey({
  open: async (count) => Promise.all(Array.from({ length: z.number().parse(count) }, () => open(new Origin()))),
  openTls: () => open(new Origin((listener) => createTlsServer(SELF_SIGNED, listener))),
  become: async (input) => {
    const { port, state } = z.object({ port: z.number(), state: z.enum(STATES) }).parse(input)
    await origins.get(port)?.become(state)
  },
  /** From now on, at all origins. */
  behave: (input) => {
    behaviour = Behaviour.parse(input)
    const content = [{ type: 'text', text: 'x'.repeat(behaviour.resultBytes) }]
    large = new Map([...LEGACY, ['tools/call', { content }]])
  },
  /** How many requests were lost so far. */
  lost: () => lost,
  contacts: (port) => origins.get(z.number().parse(port))?.contacts,
})

async function open(origin: Origin): Promise<number> {
  const { port } = await origin.listen()
  origins.set(port, origin)
  return port
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? ''
  if (path.startsWith('/hung') || isLost(request)) return
  if (path.startsWith('/sse') && request.method === 'GET') {
    stream(path, response)
    return
  }
  const pieces: Buffer[] = []
  request.on('data', (piece) => pieces.push(piece))
  request.on('end', () => {
    const reply = () => answer(path, String(Buffer.concat(pieces)), response)
    if (behaviour.delayMs > 0) setTimeout(reply, behaviour.delayMs)
    else reply()
  })
}

function isLost({ socket }: IncomingMessage): boolean {
  if (behaviour.lostShare === 0 || Math.random() >= behaviour.lostShare) return false
  if (lost++ % 2 === 0) socket.destroy()
  return true
}

function answer(path: string, body: string, response: ServerResponse): void {
  const reply = body === '' ? undefined : replyTo(body, answersAt(path))
  const events = streams.get(path)
  if (reply && events) events.write(`event: message\ndata: ${reply.text}\n\n`)
  if (!reply || events) {
    response.writeHead(body === '' ? 200 : 202).end()
    return
  }
  if (path.startsWith('/chatty') && body.includes('tools/call')) {
    chat(reply.text, response)
    return
  }
  const headers = { ...HEADERS, 'content-length': Buffer.byteLength(reply.text) }
  response.writeHead(reply.ok ? 200 : 400, headers)
  if (behaviour.lastByteMs === 0) {
    response.end(reply.text)
    return
  }
  response.write(reply.text.slice(0, -1))
  setTimeout(() => response.end(reply.text.slice(-1)), behaviour.lastByteMs)
}

/** Each event in a turn of its own. */
function chat(reply: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let left = EVENTS
  const next = () => {
    response.write(`event: message\ndata: ${left > 0 ? EVENT : reply}\n\n`)
    if (left-- > 0) setImmediate(next)
    else response.end()
  }
  next()
}

/** The reader of an HTTP+SSE server; what is posted to the same path is answered here. */
function stream(path: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`event: endpoint\ndata: ${path}\n\n`)
  streams.set(path, response)
}

function answersAt(path: string): Answers {
  if (path.startsWith('/modern')) return MODERN
  if (behaviour.resultBytes > 0) return large
  const [, kind, server] = path.split('/')
  if (kind === 'twenty') return new Map([...LEGACY, ['tools/list', { tools: twentyToolsOf(Number(server)) }]])
  return kind === 'own' ? new Map([...LEGACY, ['tools/list', { tools: toolsOf(Number(server)) }]]) : LEGACY
}
