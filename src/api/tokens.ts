import { z } from 'zod'
import { ROLES } from '../core/token.ts'
import { paging } from './query.ts'
import { Id, Time } from './wire.ts'

export const TokenView = z
  .object({
    id: Id,
    name: z.string(),
    role: z.enum(ROLES),
    created_at: Time,
    expires_at: Time.nullable(),
    last_used_at: Time.nullable(),
  })
  .meta({ id: 'Token' })
export type TokenView = z.infer<typeof TokenView>

export const TokenList = z.object({ tokens: z.array(TokenView), next_cursor: z.string().nullable() })
export type TokenList = z.infer<typeof TokenList>

/** `token` is the secret itself, shown this once. */
export const TokenCreated = TokenView.extend({ token: z.string() }).meta({ id: 'TokenCreated' })
export type TokenCreated = z.infer<typeof TokenCreated>

export const TokenInput = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: z.enum(ROLES),
  /** Absent or null: it does not expire. */
  expires_at: z.iso.datetime({ offset: true }).nullable().optional(),
})
export type TokenInput = z.infer<typeof TokenInput>

export const TokenQuery = z.strictObject(paging)
