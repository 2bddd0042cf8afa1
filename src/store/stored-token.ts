import type { Selectable } from 'kysely'
import { z } from 'zod'
import { ROLES, type StoredToken } from '../core/token.ts'
import type { Tables } from './schema.ts'
import { checkStored, StoredTimestamp, wholeMs } from './stored.ts'

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
})

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
})

export function readToken(row: Selectable<Tables['token']>): StoredToken {
  const { parent_id, created_at, expires_at, last_used_at, ...rest } = checkStored(Columns, row, `token ${row.id}`)
  return {
    ...rest,
    parentId: parent_id ?? undefined,
    createdAt: created_at,
    expiresAt: expires_at ?? undefined,
    lastUsedAt: last_used_at ?? undefined,
  }
}
