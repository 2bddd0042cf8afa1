import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api } from '../api/mcpApi.ts'
import type { EventsSearch } from './events-search.ts'

/** What happened, the newest first. */
export const eventsQuery = ({ type, severity, server }: EventsSearch) =>
  infiniteQueryOptions({
    queryKey: ['events', type, severity, server],
    queryFn: ({ pageParam, signal }) => {
      const filter = {
        ...(type && { event_type: type }),
        ...(severity && { severity }),
        ...(server && { mcp_name: server }),
      }
      return api.listEvents({ query: { order: 'newest', ...(pageParam && { cursor: pageParam }), ...filter }, signal })
    },
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined, // says the type of every later one
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  })
