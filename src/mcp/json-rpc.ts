import type { Json, JsonObject } from '../core/capabilities.ts'
import type { ExchangeListener, Reply, RpcId } from './channel.ts'

/** JSON-RPC 2.0, section 5.1. */
export const METHOD_NOT_FOUND = -32_601
export const INVALID_PARAMS = -32_602

/** One JSON-RPC 2.0 message from an upstream. */
export type Incoming =
  /** `id` is absent when the upstream could not read that of the request. */
  | { readonly kind: 'reply'; readonly id: RpcId | undefined; readonly reply: Reply }
  | { readonly kind: 'request'; readonly id: RpcId; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// `Array.isArray` does not narrow readonly arrays.
export const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

export const isId = (value: Json | undefined): value is RpcId => typeof value === 'string' || typeof value === 'number'

/** Reads a message; `undefined` for JSON that is none. */
export function readMessage(json: Json): Incoming | undefined {
  if (!isObject(json) || json.jsonrpc !== '2.0') return undefined
  const { id, method, params, result, error } = json
  if (typeof method === 'string') {
    const named = isObject(params) ? params : {}
    if (isId(id)) return { kind: 'request', id, method, params: named }
    return id === undefined ? { kind: 'notification', method, params: named } : undefined
  }
  if (result !== undefined && error === undefined && isId(id)) {
    return isObject(result) ? { kind: 'reply', id, reply: { result } } : undefined
  }
  const reply = result === undefined ? readError(error) : undefined
  if (reply === undefined || (id !== undefined && id !== null && !isId(id))) return undefined
  return { kind: 'reply', id: id ?? undefined, reply }
}

/** Reads the messages of an answer: one, or a batch as the 2025-03-26 revision allowed. */
export function readMessages(json: Json): readonly (Incoming | undefined)[] {
  return isList(json) ? json.map(readMessage) : [readMessage(json)]
}

/** A server may ask us this much in answer to one request before we stop answering. */
export const MOST_ASKED = 16

/** Our answer when a server asks something: we offer nothing but to answer its ping. */
export function answerTo(id: RpcId, method: string): JsonObject {
  if (method === 'ping') return { jsonrpc: '2.0', id, result: {} }
  const message = `${method.slice(0, 100)} is not supported`
  return { jsonrpc: '2.0', id, error: { code: METHOD_NOT_FOUND, message } }
}

type Asking = { readonly hears: ExchangeListener | undefined }

/** Who of those that wait for replies on one connection a notification is for: progress says it by its token. */
export function listenerTo(method: string, params: JsonObject, asking: Iterable<Asking>): ExchangeListener | undefined {
  if (method !== 'notifications/progress') return undefined
  const { progressToken } = params
  for (const { hears } of asking) if (hears !== undefined && hears.progressToken === progressToken) return hears
  return undefined
}

/**
 * Whether one of those that wait for replies on one connection, the newest first, sees to it that what the server asks is
 * answered; who shares the connection does not, since nobody can tell who is meant.
 */
export function isTakenUp(id: RpcId, method: string, params: JsonObject, asking: Iterable<Asking>): boolean {
  return [...asking].reverse().some(({ hears }) => hears?.asked(id, method, params) === true)
}

function readError(error: Json | undefined): Reply | undefined {
  if (!isObject(error)) return undefined
  const { code, message, data } = error
  if (typeof code !== 'number' || !Number.isInteger(code) || typeof message !== 'string') return undefined
  return { error: { code, message, ...(data !== undefined && { data }) } }
}

/** What a server says of itself, whatever it says it in answer to. */
export const LIST_CHANGED: ReadonlySet<string> = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
])
