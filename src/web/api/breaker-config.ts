import { queryOptions } from '@tanstack/react-query'
import { api } from './mcpApi.ts'

/** The breaker settings of all servers that have none of their own. */
export const breakerConfigQuery = queryOptions({
  queryKey: ['breaker-config'],
  queryFn: ({ signal }) => api.getBreakerConfig({ signal }),
})
