import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { z } from 'zod'
import { portOf } from './ports.ts'

const Message = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).default({}),
  /** Of an answer to what the server asked. */
  error: z.object({ code: z.int(), message: z.string() }).optional(),
})

export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What was posted; empty for GET and DELETE. */
  readonly message: z.infer<typeof Message>
  /** Answers with this result. */
  readonly result: (result: unknown, headers?: Record<string, string>) => void
  /** Answers with any JSON. */
  readonly json: (status: number, body: unknown, headers?: Record<string, string>) => void
  /** Answers as a well-behaved legacy server with one tool. */
  readonly honest: () => void
}

export type Answer = (exchange: Exchange) => void

export type RawServer = AsyncDisposable & {
  readonly url: string
  readonly port: number
  /** What was asked so far: JSON-RPC methods, or HTTP methods without one. */
  readonly asked: string[]
  readonly headersOf: (method: string) => IncomingMessage['headers'] | undefined
  /** Connections accepted so far, and those still open. */
  readonly connections: { accepted: number; readonly open: Set<Socket> }
  /** From now on. */
  answer: Answer
  close(): Promise<void>
}

const EMPTY: z.infer<typeof Message> = { params: {} }

/** A plain HTTP server in this process that answers just as `answer` says; over TLS when given a certificate. */
export async function rawServer(
  answer: Answer = ({ honest }) => honest(),
  tls?: { readonly key: string; readonly cert: string },
): Promise<RawServer> {
  const headers = new Map<string, IncomingMessage['headers']>()
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const message = text === '' ? EMPTY : Message.parse(JSON.parse(text))
    const name = message.method ?? request.method ?? ''
    self.asked.push(name)
    headers.set(name, request.headers)
    const json: Exchange['json'] = (status, body, more = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body))
    const result: Exchange['result'] = (value, more) =>
      json(200, { jsonrpc: '2.0', id: message.id, result: value }, more)
    const exchange: Exchange = { request, response, message, json, result, honest: () => honest(exchange) }
    self.answer(exchange)
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch(() => request.socket.destroy())
  }
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest)
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    self.connections.accepted++
    open.add(socket.on('error', () => {}))
    socket.once('close', () => open.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  const close = async () => {
    for (const socket of open) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  const self: RawServer = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/mcp`,
    port,
    asked: [],
    headersOf: (method) => headers.get(method),
    connections: { accepted: 0, open },
    answer,
    close,
    [Symbol.asyncDispose]: close,
  }
  return self
}

export const aTool = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  inputSchema: { type: 'object' },
  ...more,
})

function honest({ message, response, result, json }: Exchange): void {
  if (message.id === undefined) {
    response.writeHead(202).end()
    return
  }
  switch (message.method) {
    case 'initialize': {
      const serverInfo = { name: 'raw', version: '1.0.0' }
      const capabilities = { tools: {} }
      result({ protocolVersion: '2025-06-18', capabilities, serverInfo }, { 'mcp-session-id': 'session-1' })
      return
    }
    case 'ping':
      result({})
      return
    case 'tools/list':
      result({ tools: [aTool('echo')] })
      return
    case 'tools/call':
      result({ content: [{ type: 'text', text: 'called' }] })
      return
    default:
      json(400, { jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'Method not found' } })
  }
}

/** Answers `method` as `answer` says, and the rest honestly. */
export const only =
  (method: string, answer: Answer): Answer =>
  (exchange) =>
    exchange.message.method === method ? answer(exchange) : exchange.honest()
