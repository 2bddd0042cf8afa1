import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { StoredEventView } from '../../api/events-view.ts'
import { api } from '../api/mcpApi.ts'
import { useLiveEvents } from '../live/live-context.ts'

type CommonCause = Extract<StoredEventView, { event_type: 'mcp_common_cause' }>['event_data']

/** The last that was said of a common cause; null when nothing ever was. */
const commonCauseQuery = queryOptions<CommonCause | null>({
  queryKey: ['common-cause'],
  queryFn: async ({ signal }) => {
    const query = { event_type: 'mcp_common_cause', order: 'newest', limit: 1 } as const
    const [last] = (await api.listEvents({ query, signal })).events
    return last?.event_type === 'mcp_common_cause' ? last.event_data : null
  },
  staleTime: Number.POSITIVE_INFINITY,
})

/** Why many servers fail at once, while they do. */
export function useCommonCause(): CommonCause | undefined {
  const queryClient = useQueryClient()
  useLiveEvents((event) => {
    if (event.event_type === 'mcp_common_cause') queryClient.setQueryData(commonCauseQuery.queryKey, event.event_data)
  })
  const { data } = useQuery(commonCauseQuery)
  return data?.active ? data : undefined
}
