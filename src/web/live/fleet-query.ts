import { type QueryClient, queryOptions, skipToken, useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { ServerView } from '../../api/server-view.ts'
import { type Fleet, withViews } from './fleet.ts'

/** All servers. Nobody fetches them: the live connection brings them, and every change of them. */
export const fleetQuery = queryOptions<Fleet>({
  queryKey: ['fleet'],
  queryFn: skipToken,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
  structuralSharing: false,
})

/** All servers; undefined until the live connection told of them. */
export const useFleet = (): Fleet | undefined => useQuery(fleetQuery).data

/** One server; undefined while nothing is known, null when there is no such server. Renders anew only when it changed. */
export function useServer(id: number): ServerView | null | undefined {
  const select = useCallback(({ servers }: Fleet) => servers.get(id) ?? null, [id])
  return useQuery({ ...fleetQuery, select }).data
}

/** Takes in what a request answered; a newer view that was pushed meanwhile stays. */
export function keepView(queryClient: QueryClient, view: ServerView): void {
  queryClient.setQueryData(fleetQuery.queryKey, (fleet) => fleet && withViews(fleet, [view]))
}
