import { useQueryClient } from '@tanstack/react-query'
import { collectionsQuery } from '../api/collections-query.ts'
import { useLiveEvents } from '../live/live-context.ts'

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
