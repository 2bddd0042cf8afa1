import type { Json, JsonObject } from '../../core/capabilities.ts'
import type { RpcId } from '../channel.ts'
import { nameHeader } from '../http/header-values.ts'
import { isId, isList, isObject } from '../json-rpc.ts'
import { META } from '../relay-request.ts'

/** A line of the client's, as far as a bridge looks into it. */
export type BridgeMessage = {
  readonly text: string
  /** Of the requests in it, which want an answer each: one, none, or those of a batch. */
  readonly ids: readonly RpcId[]
  readonly method: string | undefined
  readonly params: JsonObject
  /** The version that a request of the modern era says of itself. */
  readonly modernVersion: string | undefined
}

/** Undefined for what is no JSON. */
export function readLine(text: string): BridgeMessage | undefined {
  const json = parsed(text)
  if (json === undefined) return undefined
  const parts = isList(json) ? json.filter(isObject) : [isObject(json) ? json : {}]
  const ids = parts.flatMap(({ id, method }) => (method !== undefined && isId(id) ? [id] : []))
  const [only] = parts.length === 1 ? parts : []
  const params = isObject(only?.params) ? only.params : {}
  const meta = isObject(params._meta) ? params._meta : {}
  const version = meta[META.protocolVersion]
  return {
    text,
    ids,
    method: typeof only?.method === 'string' ? only.method : undefined,
    params,
    modernVersion: typeof version === 'string' ? version : undefined,
  }
}

/** The headers that repeat what a modern request says. */
export function modernHeaders(version: string, method: string, params: JsonObject): Record<string, string> {
  const name = nameHeader(method, params)
  return { 'mcp-protocol-version': version, 'mcp-method': method, ...(name === undefined ? {} : { 'mcp-name': name }) }
}

/** JSON as it was written; undefined for what is none. */
export function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
