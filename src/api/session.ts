import { z } from 'zod'
import { ROLES } from '../core/token.ts'
import { Time } from './wire.ts'

/** Who is asking: an API token or a browser session made from one. */
export const SessionView = z
  .object({
    kind: z.enum(['api', 'session']),
    name: z.string(),
    role: z.enum(ROLES),
    expires_at: Time.nullable(),
  })
  .meta({ id: 'Session' })
export type SessionView = z.infer<typeof SessionView>

/** Sign in with a token or with a one-time code. */
export const SessionInput = z
  .strictObject({ token: z.string().min(1).max(512).optional(), code: z.string().min(1).max(512).optional() })
  .refine((input) => (input.token === undefined) !== (input.code === undefined), 'Give either token or code')
export type SessionInput = z.infer<typeof SessionInput>
