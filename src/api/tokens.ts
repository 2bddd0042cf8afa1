import { z } from 'zod'
import { ROLES } from '../core/token.ts'
import { paging } from './query.ts'
import { Id, Time } from './wire.ts'

/** What an agent's token may use through the gateway; `name` is null for what is gone. */
const Limited = z.array(z.object({ id: Id, name: z.string().nullable() }))
const TokenLimitView = z.object({ servers: Limited, collections: Limited })
export type TokenLimitView = z.infer<typeof TokenLimitView>

export const TokenView = z
  .object({
    id: Id,
    name: z.string(),
    role: z.enum(ROLES),
    created_at: Time,
    expires_at: Time.nullable(),
    last_used_at: Time.nullable(),
    /** Null: everything its role allows. */
    limit: TokenLimitView.nullable(),
  })
  .meta({ id: 'Token' })
export type TokenView = z.infer<typeof TokenView>

export const TokenList = z.object({ tokens: z.array(TokenView), next_cursor: z.string().nullable() })
export type TokenList = z.infer<typeof TokenList>

/** `token` is the secret itself, shown this once. */
export const TokenCreated = TokenView.extend({ token: z.string() }).meta({ id: 'TokenCreated' })
export type TokenCreated = z.infer<typeof TokenCreated>

const Ids = z.array(Id).max(1_000).default([])

export const TokenInput = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: z.enum(ROLES),
  /** Absent or null: it does not expire. */
  expires_at: z.iso.datetime({ offset: true }).nullable().optional(),
  /** Only for an agent: the servers and collections it may use. Absent or null: all that there are and will be. */
  limit: z
    .strictObject({ servers: Ids, collections: Ids })
    .refine(({ servers, collections }) => servers.length + collections.length > 0, 'Names no server and no collection')
    .nullable()
    .optional(),
})
export type TokenInput = z.infer<typeof TokenInput>

export const TokenQuery = z.strictObject(paging)
