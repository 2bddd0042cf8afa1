import type { JsonObject } from '../core/capabilities.ts'
import type { Era, Identity } from '../core/check.ts'
import type { TraceContext } from './call-trace.ts'
import type { Reply } from './channel.ts'
import { isObject } from './json-rpc.ts'

/** The keys of `_meta` that a modern request says of itself; each hop sets its own. */
export const META = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
} as const

export const MODERN_VERSION = '2026-07-28'

/** What a client says of itself: in `initialize`, or in each modern request. */
export type ClientSelf = {
  /** Absent when a modern client does not say. */
  readonly info: JsonObject | undefined
  readonly capabilities: JsonObject
  /** Which log messages it wants to hear; legacy clients say it once for all. */
  readonly logLevel?: string
}

/** A client's request as one server is to get it, whatever the eras of the two. */
export type RelayRequest = {
  readonly method: string
  readonly params: JsonObject
  /** Whose request it is; the capabilities are those the answer may make use of. */
  readonly client: ClientSelf
  /** The trace it belongs to, for servers that are reached over HTTP. */
  readonly context?: TraceContext | undefined
}

/** What the server replied, and as whom it spoke; `identity` is undefined when it refused to be greeted. */
export type RelayedReply = { readonly reply: Reply; readonly identity: Identity | undefined }

/** The `_meta` that every modern request carries. */
export const modernMeta = ({ info, capabilities, logLevel }: ClientSelf): JsonObject => ({
  [META.protocolVersion]: MODERN_VERSION,
  ...(info !== undefined && { [META.clientInfo]: info }),
  [META.clientCapabilities]: capabilities,
  ...(logLevel !== undefined && { [META.logLevel]: logLevel }),
})

/** The params as a server of `era` takes them. */
export function paramsFor({ params, client }: RelayRequest, era: Era): JsonObject {
  const meta = isObject(params._meta) ? params._meta : undefined
  if (era === 'modern') {
    if (meta !== undefined && saysAll(meta, client)) return params
    return { ...params, _meta: { ...meta, ...modernMeta(client) } }
  }
  if (meta === undefined || meta[META.protocolVersion] === undefined) return params
  const kept = Object.entries(meta).filter(([key]) => !OWN.has(key))
  const { _meta, ...rest } = params
  return kept.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(kept) }
}

/** A modern client's own words, which most are: what it says of itself was read from there. */
const saysAll = (meta: JsonObject, { info, capabilities, logLevel }: ClientSelf): boolean =>
  meta[META.protocolVersion] === MODERN_VERSION &&
  meta[META.clientInfo] === info &&
  meta[META.clientCapabilities] === capabilities &&
  logLevel === undefined

const OWN: ReadonlySet<string> = new Set(Object.values(META))
