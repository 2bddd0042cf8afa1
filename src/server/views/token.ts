import type { SessionView } from '../../api/session.ts'
import type { TokenView } from '../../api/tokens.ts'
import type { StoredToken } from '../../core/token.ts'
import type { Principal } from '../access/principal.ts'
import { iso, isoOrNull } from './time.ts'

export const sessionView = ({ kind, name, role, expiresAt }: Principal): SessionView => ({
  kind,
  name,
  role,
  expires_at: isoOrNull(expiresAt),
})

export const tokenView = ({ id, name, role, createdAt, expiresAt, lastUsedAt }: StoredToken): TokenView => ({
  id,
  name,
  role,
  created_at: iso(createdAt),
  expires_at: isoOrNull(expiresAt),
  last_used_at: isoOrNull(lastUsedAt),
})
