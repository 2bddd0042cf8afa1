import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/mcpApi.ts'
import { useLiveEvents } from '../live/live-context.ts'

export const collectionsQuery = queryOptions({
  queryKey: ['collections'],
  queryFn: async ({ signal }) => (await api.listCollections({ query: { limit: 1_000 }, signal })).collections,
})

export const collectionQuery = (id: number) =>
  queryOptions({
    queryKey: ['collections', id],
    queryFn: ({ signal }) => api.getCollection({ params: { id }, signal }),
  })

/** Reads collections again when they, or what they choose from, changed. */
export function useFreshCollections(): void {
  const queryClient = useQueryClient()
  useLiveEvents(({ event_type }) => {
    if (CHANGES.has(event_type)) void queryClient.invalidateQueries({ queryKey: collectionsQuery.queryKey })
  })
}

const CHANGES: ReadonlySet<string> = new Set([
  'collection_changed',
  'mcp_server_updated',
  'mcp_server_deleted',
  'mcp_capabilities_changed',
])
