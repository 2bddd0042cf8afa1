import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api } from '../api/mcpApi.ts'
import type { EventsSearch } from './events-search.ts'

/** So many numbers of events are looked through for a page. */
const WINDOW = 500

/** What happened, the newest first. A page is what fits among the events with a `seq` up to its own. */
export const eventsQuery = ({ type, severity, server }: EventsSearch) =>
  infiniteQueryOptions({
    queryKey: ['events', type, severity, server],
    queryFn: async ({ pageParam, signal }) => {
      const upTo = pageParam ?? (await api.listServers({ query: { limit: 1 }, signal })).seq
      const since = Math.max(0, upTo - WINDOW)
      const filter = {
        ...(type && { event_type: type }),
        ...(severity && { severity }),
        ...(server && { mcp_name: server }),
      }
      const { events } = await api.listEvents({ query: { since_seq: since, limit: WINDOW, ...filter }, signal })
      return { events: events.filter(({ seq }) => seq <= upTo).reverse(), since }
    },
    placeholderData: keepPreviousData,
    initialPageParam: undefined as number | undefined, // says the type of every later one
    getNextPageParam: ({ since }) => (since === 0 ? undefined : since),
  })
