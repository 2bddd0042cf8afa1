import type { Timestamp } from '../core/clock.ts'
import type { Role } from '../core/token.ts'

/** What a route asks of its caller. `public`: nothing; `gateway`: leave to call tools through Omni2. */
export type Access = 'public' | 'viewer' | 'operator' | 'admin' | 'gateway'

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
