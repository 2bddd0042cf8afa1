import { type InfiniteData, infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { CallList, CallView } from '../../api/calls.ts'
import { api } from '../api/mcpApi.ts'
import { type CallsFilter, PERIODS } from './calls-search.ts'

const PAGE = 100
/** Of a tail that goes on for hours the newest stay. */
const MOST_SHOWN = 2_000

const filterOf = ({ period = '1h', server, tool, outcome, who, endpoint }: CallsFilter) => ({
  since: new Date(Date.now() - PERIODS[period]).toISOString(),
  ...(server && { server_id: server.map(String) }),
  ...(tool && { target: tool }),
  ...(outcome && { outcome }),
  ...(who && { token_id: who.map(String) }),
  ...(endpoint && { endpoint }),
})

/** Calls that ended, the newest first. */
export const callsQuery = (filter: CallsFilter) =>
  infiniteQueryOptions({
    queryKey: ['calls', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      api.listCalls({ query: { ...filterOf(filter), limit: PAGE, cursor: pageParam }, signal }),
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined, // says the type of every later one
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  })

/** What they came to. */
export const callSummaryQuery = (filter: CallsFilter) =>
  queryOptions({
    queryKey: ['calls', 'summary', filter],
    queryFn: ({ signal }) => api.getCallSummary({ query: filterOf(filter), signal }),
    placeholderData: keepPreviousData,
  })

export const callQuery = (id: number) =>
  queryOptions({ queryKey: ['calls', 'one', id], queryFn: ({ signal }) => api.getCall({ params: { id }, signal }) })

export type Pages = InfiniteData<CallList, unknown>

/** `pages` with calls that were told since, the oldest first, of those that are looked for. */
export function withNews(pages: Pages, news: readonly CallView[], filter: CallsFilter): Pages {
  const [first] = pages.pages
  if (first === undefined) return pages
  const last = first.calls[0]?.id ?? 0
  const fresh = news.filter((call) => call.id > last && fits(call, filter)).reverse()
  if (fresh.length === 0) return pages
  const shown = pages.pages.flatMap(({ calls }) => calls)
  if (shown.length + fresh.length <= MOST_SHOWN) {
    return { ...pages, pages: [{ ...first, calls: [...fresh, ...first.calls] }, ...pages.pages.slice(1)] }
  }
  const calls = [...fresh, ...shown].slice(0, MOST_SHOWN)
  return { pages: [{ calls, next_cursor: String(calls.at(-1)?.id) }], pageParams: [undefined] }
}

/** As the server filters. */
export function fits(call: CallView, { server, tool, outcome, who, endpoint }: CallsFilter): boolean {
  const among = <T>(wanted: readonly T[] | undefined, value: T | null) =>
    wanted === undefined || (value !== null && wanted.includes(value))
  return (
    among(server, call.server_id) &&
    among(tool, call.target) &&
    among(outcome, call.outcome) &&
    among(who, call.token_id) &&
    among(endpoint, call.endpoint)
  )
}
