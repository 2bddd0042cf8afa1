import type { SessionView } from '../../api/session.ts'
import type { TokenLimitView, TokenView } from '../../api/tokens.ts'
import type { TokenLimit } from '../../core/gateway/scope.ts'
import type { StoredToken } from '../../core/token.ts'
import type { Principal } from '../access/principal.ts'
import { iso, isoOrNull } from './time.ts'

export const sessionView = ({ kind, name, role, expiresAt }: Principal): SessionView => ({
  kind,
  name,
  role,
  expires_at: isoOrNull(expiresAt),
})

/** How what a limit names is called now; undefined for what is gone. */
export type LimitNames = {
  readonly server: (id: TokenLimit['servers'][number]) => string | undefined
  readonly collection: (id: TokenLimit['collections'][number]) => string | undefined
}

export const tokenView = (token: StoredToken, names: LimitNames): TokenView => ({
  id: token.id,
  name: token.name,
  role: token.role,
  created_at: iso(token.createdAt),
  expires_at: isoOrNull(token.expiresAt),
  last_used_at: isoOrNull(token.lastUsedAt),
  limit: token.limit ? limitView(token.limit, names) : null,
})

const limitView = ({ servers, collections }: TokenLimit, names: LimitNames): TokenLimitView => ({
  servers: servers.map((id) => ({ id, name: names.server(id) ?? null })),
  collections: collections.map((id) => ({ id, name: names.collection(id) ?? null })),
})
