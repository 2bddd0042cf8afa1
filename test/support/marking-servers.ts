import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { z } from 'zod'
import { MARK, marked, markOf, newestFirst, progressOf } from '../fixtures/marking.ts'
import { type Exchange, type RawServer, rawServer } from './raw-server.ts'
import type { StdioCommand } from './real-servers.ts'

const STREAM = { 'content-type': 'text/event-stream' }
const event = (message: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`
const log = (data: string) => event({ method: 'notifications/message', params: { level: 'info', data } })

const Greeting = z.object({ clientInfo: z.object({ name: z.string() }) })

export type Marking = 'modern' | 'without sessions' | 'with sessions'

/**
 * A server over HTTP that says back the marker of each call: in its progress, a log line and its reply. To each session
 * it says the name of the client, on its own stream, whenever that is called.
 */
export function markingServer(kind: Marking): Promise<RawServer> {
  const inTurn = newestFirst()
  const names = new Map<string, string>()
  const streams = new Map<string, ServerResponse>()
  const unheard = new Map<string, string>()
  /** Kept until somebody listens. */
  const say = (session: string, text: string) => {
    const stream = streams.get(session)
    if (stream) stream.write(text)
    else unheard.set(session, (unheard.get(session) ?? '') + text)
  }

  const call = ({ message, request, response }: Exchange) => {
    const { id, params } = message
    const session = `${request.headers['mcp-session-id']}`
    inTurn(() => {
      response.writeHead(200, STREAM)
      for (const notification of progressOf(params)) response.write(event(notification))
      response.write(log(markOf(params)))
      response.end(event({ id, result: { ...(kind === 'modern' && { resultType: 'complete' }), ...marked(params) } }))
      say(session, log(names.get(session) ?? ''))
    })
  }
  const listed = kind === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {}
  const capabilities = { tools: {} }

  return rawServer((exchange) => {
    const { message, request, response, result, json } = exchange
    const session = request.headers['mcp-session-id']
    if (request.method === 'GET' && kind === 'with sessions' && typeof session === 'string') {
      streams.set(session, response.writeHead(200, STREAM))
      response.write(unheard.get(session) ?? ': nothing yet\n\n')
    } else if (request.method !== 'POST') response.writeHead(405).end()
    else if (message.id === undefined) response.writeHead(202).end()
    else if (message.method === 'tools/call') call(exchange)
    else if (message.method === 'tools/list') result({ ...listed, tools: [MARK] })
    else if (message.method === 'ping') result({})
    else if (message.method === 'server/discover' && kind === 'modern')
      result({ ...listed, supportedVersions: ['2026-07-28'], capabilities })
    else if (message.method === 'initialize' && kind !== 'modern') {
      const id = randomUUID()
      names.set(id, Greeting.parse(message.params).clientInfo.name)
      const serverInfo = { name: 'marking', version: '1.0.0' }
      const headers: Record<string, string> = kind === 'with sessions' ? { 'mcp-session-id': id } : {}
      result({ protocolVersion: '2025-11-25', capabilities, serverInfo }, headers)
    } else json(404, { jsonrpc: '2.0', id: message.id, error: { code: -32_601, message: 'Method not found' } })
  })
}

/** The same as a process, which has no sessions. */
export const markingStdio: StdioCommand = {
  command: process.execPath,
  args: [path.resolve('test/fixtures/marking.ts')],
  env: {},
}
