import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api } from '../api/mcpApi.ts'
import type { LogSearch } from './log-search.ts'

const PAGE = 50

/** Checks of the past, newest first, page by page. */
export const logQuery = (id: number, { status, trigger }: LogSearch) =>
  infiniteQueryOptions({
    queryKey: ['health-logs', id, status, trigger],
    queryFn: ({ pageParam, signal }) =>
      api.listHealthLogs({ params: { id }, query: { limit: PAGE, cursor: pageParam, status, trigger }, signal }),
    // What was shown stays until what was asked for is there.
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined, // says the type of every later one
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  })
