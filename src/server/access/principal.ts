import type { Access } from '../../api/route.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { TokenLimit } from '../../core/gateway/scope.ts'
import type { Role } from '../../core/token.ts'

/** Who makes a request, as proven by a token or a session. */
export type Principal = {
  readonly tokenId: number
  /** The API token behind it: itself, or the one the session was made from. Limits count by it. */
  readonly rootId: number
  readonly kind: 'api' | 'session'
  readonly name: string
  readonly role: Role
  readonly expiresAt: Timestamp | undefined
  /** What it may use through the gateway; undefined: everything. */
  readonly limit: TokenLimit | undefined
}

const GRANTS = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator'],
  admin: ['viewer', 'operator', 'admin'],
  agent: [],
} as const satisfies Record<Role, readonly Access[]>

export function may(role: Role, access: Access): boolean {
  const grants: readonly Access[] = GRANTS[role]
  return access === 'public' || grants.includes(access)
}
