import { useThrottledCallback } from '@mantine/hooks'
import { type QueryClient, queryOptions, useQueries, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { CheckNoticeView } from '../../api/events-view.ts'
import type { RecentCheckView } from '../../api/recent-check.ts'
import type { UptimesView } from '../../api/uptime.ts'
import { api } from '../api/mcpApi.ts'
import { useLiveEvents, useLiveState } from '../live/live-context.ts'

/** What a server left behind: its last checks, the oldest first, and how much of the time it was up. */
export type Trail = { readonly checks: readonly RecentCheckView[]; readonly uptime: UptimesView | undefined }

type Trails = ReadonlyMap<number, Trail>

/** Servers whose ids are neighbours are asked for together. */
const CHUNK = 50
const MOST_CHECKS = 40
/** Uptime is asked for anew when a status changed, at most so often. */
const RELOAD_MS = 5_000
const TRAILS = ['trails'] as const

const trailsQuery = (chunk: number) =>
  queryOptions<Trails>({
    queryKey: [...TRAILS, chunk],
    queryFn: async ({ client, queryKey, signal }) => {
      const before = chunk === 0 ? {} : { cursor: String(chunk * CHUNK - 1) }
      const query = { include: 'recent_checks,uptime', limit: CHUNK, ...before }
      const { servers } = await api.listServers({ query, signal })
      const known = client.getQueryData<Trails>(queryKey)
      return new Map(
        servers.map(({ id, recent_checks = [], uptime }) => [
          id,
          { checks: withLater(recent_checks, known?.get(id)?.checks ?? []), uptime },
        ]),
      )
    },
    // Every check since is pushed.
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  })

const chunkOf = (serverId: number): number => Math.floor(serverId / CHUNK)

/** Of each of these servers, once it has come. Loads only what is asked for; one subscription for all of them. */
export function useTrails(serverIds: readonly number[]): Trails {
  const chunks = [...new Set(serverIds.map(chunkOf))]
  const loaded = useQueries({ queries: chunks.map(trailsQuery) })
  return new Map(loaded.flatMap(({ data }) => [...(data ?? [])]))
}

/** Keeps trails true while the component is there: checks are added as they are told. */
export function useTrailNews(): void {
  const queryClient = useQueryClient()
  const live = useLiveState().kind
  const reload = useThrottledCallback(() => queryClient.invalidateQueries({ queryKey: TRAILS }), RELOAD_MS)
  useLiveEvents((event) => {
    if (event.event_type === 'mcp_health_check') addCheck(queryClient, event)
    else if (event.event_type === 'mcp_status_change') reload()
  })
  useEffect(() => {
    // What was told before this page was open, or while the connection was lost, is missing.
    if (live === 'live') void queryClient.invalidateQueries({ queryKey: TRAILS }, { cancelRefetch: false })
  }, [live, queryClient])
}

function addCheck(queryClient: QueryClient, { timestamp, event_data }: CheckNoticeView): void {
  const { server_id, outcome, healthy, response_time_ms, trigger } = event_data
  const check = { timestamp, until: timestamp, count: 1, outcome, healthy, response_time_ms, trigger }
  queryClient.setQueryData(trailsQuery(chunkOf(server_id)).queryKey, (trails) => {
    if (!trails) return trails
    const { checks = [], uptime } = trails.get(server_id) ?? {}
    return new Map(trails).set(server_id, { checks: withLater(checks, [check]), uptime })
  })
}

/** `checks` and those of `others` that are later than all of them; the last 40. */
export function withLater(
  checks: readonly RecentCheckView[],
  others: readonly RecentCheckView[],
): readonly RecentCheckView[] {
  const last = checks.at(-1)?.until ?? ''
  return [...checks, ...others.filter(({ timestamp }) => timestamp > last)].slice(-MOST_CHECKS)
}
