import { z } from 'zod'
import { toolsOf } from './tools.ts'

/** What an MCP server answers, by method. */
export type Answers = ReadonlyMap<string, object>

const Message = z.object({ id: z.number().optional(), method: z.string() })
const INFO = { name: 'bench', version: '1.0.0' }
const CAPABILITIES = { tools: {} }
/** A text of a usual size. */
const FOUND = { content: [{ type: 'text', text: 'Order 4711 of 2026-11-02 is open. '.repeat(10) }] }

export const MODERN: Answers = new Map(
  Object.entries({
    'server/discover': { supportedVersions: ['2026-07-28'], capabilities: CAPABILITIES, serverInfo: INFO },
    'tools/list': { tools: toolsOf() },
    'tools/call': { resultType: 'complete', ...FOUND },
  }),
)
export const LEGACY: Answers = new Map(
  Object.entries({
    ping: {},
    initialize: { protocolVersion: '2025-06-18', capabilities: CAPABILITIES, serverInfo: INFO },
    'tools/list': { tools: toolsOf() },
    'tools/call': FOUND,
  }),
)

/** Of each answer of a server that tells how far it is. */
export const EVENTS = 1_000
export const EVENT = JSON.stringify({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { level: 'info', data: 'Order 4711 of 2026-11-02 was looked at, and is open.' },
})

/** The reply to a message, and whether it is a result; undefined when it wants none. */
export function replyTo(text: string, answers: Answers): { readonly text: string; readonly ok: boolean } | undefined {
  const { id, method } = Message.parse(JSON.parse(text))
  if (id === undefined) return undefined
  const result = answers.get(method)
  const reply = result ? { result } : { error: { code: -32_601, message: 'Method not found' } }
  return { text: JSON.stringify({ jsonrpc: '2.0', id, ...reply }), ok: result !== undefined }
}
