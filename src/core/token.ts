import type { Timestamp } from './clock.ts'
import type { TokenLimit } from './gateway/scope.ts'

export const ROLES = ['viewer', 'operator', 'admin', 'agent'] as const
export type Role = (typeof ROLES)[number]

/**
 * What opens the API: a bearer token (`api`), a browser session made from one (`session`), or a link that works once
 * (`sign_in_code`). Only the SHA-256 of the secret is kept.
 */
export type StoredToken = {
  readonly id: number
  readonly kind: 'api' | 'session' | 'sign_in_code'
  readonly name: string
  readonly role: Role
  readonly hash: string
  /** The token a session was made from; it ends with it. */
  readonly parentId: number | undefined
  /** Only an agent's has one; undefined: everything. */
  readonly limit: TokenLimit | undefined
  readonly createdAt: Timestamp
  readonly expiresAt: Timestamp | undefined
  readonly lastUsedAt: Timestamp | undefined
}
