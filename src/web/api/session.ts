import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import type { Access } from '../../api/route.ts'
import type { SessionView } from '../../api/session.ts'
import { api } from './mcpApi.ts'

/** Who is signed in. @throws ApiError 401 when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => api.getSession({ signal }),
  staleTime: Number.POSITIVE_INFINITY,
})

const RANK = { public: 0, viewer: 1, operator: 2, admin: 3 } as const satisfies Record<Access, number>
const ROLE_RANK = { agent: 0, viewer: 1, operator: 2, admin: 3 } as const satisfies Record<SessionView['role'], number>

/** Who is signed in; only within the shell, which nobody else sees. */
export const useSession = (): SessionView => useSuspenseQuery(sessionQuery).data

/** Whether who is signed in may use what asks for `access`. The server decides; this only spares people a refusal. */
export const useMay = (access: Access): boolean => ROLE_RANK[useSession().role] >= RANK[access]
