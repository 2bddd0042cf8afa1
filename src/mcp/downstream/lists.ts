import type { Json, JsonObject } from '../../core/capabilities.ts'
import type { ListKind } from '../../core/gateway/catalog.ts'
import { invalidParams } from './rpc-failure.ts'

export const LISTS: ReadonlyMap<string, ListKind> = new Map([
  ['tools/list', 'tools'],
  ['prompts/list', 'prompts'],
  ['resources/list', 'resources'],
])

const PAGE = 1_000

/** One page of a list. A cursor is the place where the next begins. @throws RpcFailure for one we never gave out. */
export function pageOf(kind: ListKind, items: readonly JsonObject[], cursor: Json | undefined): JsonObject {
  const start = cursor === undefined ? 0 : Number(cursor)
  if (cursor !== undefined && (typeof cursor !== 'string' || !/^[1-9]\d{0,8}$/.test(cursor) || start >= items.length)) {
    throw invalidParams('The cursor is not one of this list')
  }
  const end = start + PAGE
  return { [kind]: items.slice(start, end), ...(end < items.length && { nextCursor: `${end}` }) }
}
