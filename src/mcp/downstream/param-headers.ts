import type { IncomingHttpHeaders } from 'node:http'
import type { Capability, JsonObject } from '../../core/capabilities.ts'
import { HEADER_MISMATCH, type ParamHeader, paramHeaders, paramHeadersOf } from '../http/header-values.ts'
import { isObject } from '../json-rpc.ts'
import { decodedHeader } from './decoded-header.ts'
import { RpcFailure } from './rpc-failure.ts'

/** By tool, of lists that were looked through already. */
const known = new WeakMap<readonly Capability[], ReadonlyMap<string, readonly ParamHeader[]>>()

/**
 * Arguments that a tool wants repeated as headers have to be, and may not say something else there (2026-07-28,
 * `x-mcp-header`). `tool` is named as in `tools`. @throws RpcFailure.
 */
export function assertParamHeaders(
  headers: IncomingHttpHeaders,
  tools: readonly Capability[],
  { name: tool, arguments: args }: JsonObject,
): void {
  const declared = declaredIn(tools)
  const own = typeof tool === 'string' ? declared.get(tool) : undefined
  if (own === undefined) return
  const expected = paramHeaders(own, isObject(args) ? args : {})
  for (const { name } of own) {
    const header = `mcp-param-${name.toLowerCase()}`
    const value = headers[header]
    const wanted = expected[header]
    const isSame =
      typeof value === 'string' && wanted !== undefined && decodedHeader(value.trim()) === decodedHeader(wanted)
    if (isSame || (value === undefined && wanted === undefined)) continue
    const what = value === undefined ? 'is missing' : 'is not what the arguments say'
    throw new RpcFailure(400, HEADER_MISMATCH, `Bad Request: the header Mcp-Param-${name} ${what}`)
  }
}

function declaredIn(tools: readonly Capability[]): ReadonlyMap<string, readonly ParamHeader[]> {
  const before = known.get(tools)
  if (before !== undefined) return before
  const all = tools.map(({ name, definition }) => [name, paramHeadersOf(definition.inputSchema)] as const)
  const declared = new Map(all.filter(([, headers]) => headers.length > 0))
  known.set(tools, declared)
  return declared
}
