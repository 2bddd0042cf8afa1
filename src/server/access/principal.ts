import type { Access as RouteAccess } from '../../api/route.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { Role } from '../../core/token.ts'

/** What is asked of a caller: by a route of the API, or by the `gateway` for leave to call tools through Omni2. */
export type Access = RouteAccess | 'gateway'

/** Who makes a request, as proven by a token or a session. */
export type Principal = {
  readonly tokenId: number
  /** The API token behind it: itself, or the one the session was made from. Limits count by it. */
  readonly rootId: number
  readonly kind: 'api' | 'session'
  readonly name: string
  readonly role: Role
  readonly expiresAt: Timestamp | undefined
}

const GRANTS = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator', 'gateway'],
  admin: ['viewer', 'operator', 'admin', 'gateway'],
  agent: ['gateway'],
} as const satisfies Record<Role, readonly Access[]>

export function may(role: Role, access: Access): boolean {
  const grants: readonly Access[] = GRANTS[role]
  return access === 'public' || grants.includes(access)
}
