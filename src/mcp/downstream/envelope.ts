import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from '../../core/capabilities.ts'
import { UNSUPPORTED_VERSION } from '../handshake.ts'
import { HEADER_MISMATCH, nameInBody } from '../http/header-values.ts'
import { INVALID_PARAMS, isObject } from '../json-rpc.ts'
import { type ClientSelf, META, MODERN_VERSION } from '../relay-request.ts'
import { decodedHeader } from './decoded-header.ts'
import { RpcFailure } from './rpc-failure.ts'

type Message = { readonly method: string; readonly params: JsonObject }

/**
 * What a modern request says of its client; undefined when it is of the legacy era: then neither its body nor its headers
 * claim otherwise.
 * @throws RpcFailure when it is modern and headers, body and what we speak do not agree (2026-07-28, transports).
 */
export function readEnvelope(headers: IncomingHttpHeaders, message: Message): ClientSelf | undefined {
  const meta = isObject(message.params._meta) ? message.params._meta : undefined
  const claimed = meta?.[META.protocolVersion]
  const version = text(headers['mcp-protocol-version'])
  if (claimed === undefined) {
    if (version !== MODERN_VERSION) return undefined
    if (message.method === 'initialize') throw mismatch(`initialize is of an older revision than ${version}`)
    throw invalid(META.protocolVersion, 'missing')
  }
  if (typeof claimed !== 'string') throw invalid(META.protocolVersion, 'not a string')
  const info = meta?.[META.clientInfo]
  const capabilities = meta?.[META.clientCapabilities]
  // It should be there, but nobody is refused for being nameless.
  const isInfo =
    info === undefined || (isObject(info) && typeof info.name === 'string' && typeof info.version === 'string')
  if (!isInfo) throw invalid(META.clientInfo, 'not an implementation')
  if (!isObject(capabilities)) {
    throw invalid(META.clientCapabilities, capabilities === undefined ? 'missing' : 'not an object')
  }
  assertHeaders(headers, message, claimed)
  if (claimed !== MODERN_VERSION) {
    const data = { supported: [MODERN_VERSION], requested: claimed }
    throw new RpcFailure(400, UNSUPPORTED_VERSION, `Unsupported protocol version: ${claimed.slice(0, 50)}`, data)
  }
  return { info: isObject(info) ? info : undefined, capabilities }
}

/** The headers repeat the body, so that what stands in between need not read it; they may not say something else. */
function assertHeaders(headers: IncomingHttpHeaders, { method, params }: Message, claimed: string): void {
  const version = text(headers['mcp-protocol-version'])
  if (version !== claimed)
    throw mismatch(`the body says version ${claimed}, MCP-Protocol-Version ${version ?? 'is missing'}`)
  const named = text(headers['mcp-method'])
  if (named !== method) throw mismatch(`the body says method ${method}, Mcp-Method ${named ?? 'is missing'}`)
  const inBody = nameInBody(method, params)
  if (inBody === undefined) return
  const header = text(headers['mcp-name'])
  if (header === inBody || (header !== undefined && decodedHeader(header) === inBody)) return
  throw mismatch(
    `the body names "${inBody.slice(0, 200)}", Mcp-Name ${header === undefined ? 'is missing' : 'another'}`,
  )
}

const text = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header.trim() : undefined

const mismatch = (what: string): RpcFailure =>
  new RpcFailure(400, HEADER_MISMATCH, `Bad Request: the request headers and body disagree: ${what}`)

const invalid = (key: string, problem: string): RpcFailure =>
  new RpcFailure(400, INVALID_PARAMS, `Invalid _meta for protocol revision ${MODERN_VERSION}: ${key}: ${problem}`)
