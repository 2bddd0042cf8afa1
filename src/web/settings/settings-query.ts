import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/mcpApi.ts'

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => api.getSettings({ signal }),
})

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => api.listTokens({ query: { limit: 1_000 }, signal }),
})
