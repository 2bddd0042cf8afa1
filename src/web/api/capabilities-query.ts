import { queryOptions } from '@tanstack/react-query'
import type { ServerView } from '../../api/server-view.ts'
import { api } from './mcpApi.ts'

/** What a server offers; asked for again after each check. */
export const capabilitiesQuery = ({ id, last_health_check }: Pick<ServerView, 'id' | 'last_health_check'>) =>
  queryOptions({
    queryKey: ['capabilities', id, last_health_check],
    queryFn: ({ signal }) => api.getCapabilities({ params: { id }, signal }),
    placeholderData: (before) => before,
  })
