import type { JsonObject } from '../../core/capabilities.ts'
import type { Outcome } from '../../core/check.ts'
import type { Reply } from '../channel.ts'
import { METHOD_NOT_FOUND } from '../json-rpc.ts'

/** Of these a modern result says how long it may be kept. */
export const CACHEABLE: ReadonlySet<string> = new Set(['resources/read'])
export const UNCACHED = { ttlMs: 0, cacheScope: 'private' }

/** What older clients know nothing of is left out. */
export function legacyResult(result: JsonObject): JsonObject {
  if (result.resultType === undefined) return result
  const { resultType, ...known } = result
  return known
}

/** A modern result says that it is one. */
export const complete = (result: JsonObject): JsonObject =>
  result.resultType === undefined ? { resultType: 'complete', ...result } : result

/** As 2026-07-28 wants errors told by HTTP. */
export const statusOf = (code: number): number =>
  code === METHOD_NOT_FOUND ? 404 : code <= -32_020 && code >= -32_022 ? 400 : 200

/** Whether the server did what it was asked: its own refusals say that it is alive. */
export const outcomeOf = (reply: Reply): Outcome =>
  'error' in reply || reply.result.isError === true ? 'app_error' : 'ok'
