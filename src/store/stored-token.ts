import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { TokenLimit } from '../core/gateway/scope.ts'
import { ROLES, type StoredToken } from '../core/token.ts'
import type { Tables } from './schema.ts'
import { checkStored, readStored, StoredCollectionId, StoredServerId, StoredTimestamp, wholeMs } from './stored.ts'

const Columns = z.object({
  id: z.number(),
  kind: z.enum(['api', 'session', 'sign_in_code']),
  name: z.string(),
  role: z.enum(ROLES),
  hash: z.string(),
  parent_id: z.number().nullable(),
  created_at: StoredTimestamp,
  expires_at: StoredTimestamp.nullable(),
  last_used_at: StoredTimestamp.nullable(),
  limited_to: z.string().nullable(),
})

const StoredLimit = z.object({
  servers: z.array(StoredServerId),
  collections: z.array(StoredCollectionId),
}) satisfies z.ZodType<TokenLimit>

export const tokenRow = (token: StoredToken): Tables['token'] => ({
  id: token.id,
  kind: token.kind,
  name: token.name,
  role: token.role,
  hash: token.hash,
  parent_id: token.parentId ?? null,
  created_at: wholeMs(token.createdAt),
  expires_at: token.expiresAt === undefined ? null : wholeMs(token.expiresAt),
  last_used_at: token.lastUsedAt === undefined ? null : wholeMs(token.lastUsedAt),
  limited_to: token.limit === undefined ? null : JSON.stringify(token.limit),
})

export function readToken(row: Selectable<Tables['token']>): StoredToken {
  const what = `token ${row.id}`
  const { parent_id, created_at, expires_at, last_used_at, limited_to, ...rest } = checkStored(Columns, row, what)
  return {
    ...rest,
    parentId: parent_id ?? undefined,
    limit: limited_to === null ? undefined : readStored(StoredLimit, limited_to, what),
    createdAt: created_at,
    expiresAt: expires_at ?? undefined,
    lastUsedAt: last_used_at ?? undefined,
  }
}
