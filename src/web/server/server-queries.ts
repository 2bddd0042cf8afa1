import { queryOptions } from '@tanstack/react-query'
import type { ServerView } from '../../api/server-view.ts'
import { api } from '../api/mcpApi.ts'
import type { PERIODS } from './overview-search.ts'

/** What changes with each check is asked for again with each: its time is part of the key. */
type Checked = Pick<ServerView, 'id' | 'last_health_check'>

export const uptimeQuery = ({ id, last_health_check }: Checked) =>
  queryOptions({
    queryKey: ['uptime', id, last_health_check],
    queryFn: ({ signal }) => api.getUptime({ params: { id }, signal }),
    placeholderData: (before) => before,
  })

export const latencyQuery = ({ id, last_health_check }: Checked, period: (typeof PERIODS)[number]) =>
  queryOptions({
    queryKey: ['latency', id, period, last_health_check],
    queryFn: ({ signal }) => api.getLatency({ params: { id }, query: { period }, signal }),
    placeholderData: (before) => (before?.period === period ? before : undefined),
  })

export const incidentsQuery = ({ id, health_status }: Pick<ServerView, 'id' | 'health_status'>) =>
  queryOptions({
    queryKey: ['incidents', id, health_status],
    queryFn: ({ signal }) => api.listServerIncidents({ params: { id }, query: { limit: 20 }, signal }),
    placeholderData: (before) => before,
  })

export const lastCheckQuery = ({ id, last_health_check }: Checked) =>
  queryOptions({
    queryKey: ['last-check', id, last_health_check],
    queryFn: ({ signal }) => api.listHealthLogs({ params: { id }, query: { limit: 1 }, signal }),
    placeholderData: (before) => before,
  })

export const breakerQuery = (id: number) =>
  queryOptions({ queryKey: ['breaker', id], queryFn: ({ signal }) => api.getBreaker({ params: { id }, signal }) })

export const capabilityChangesQuery = ({ id, last_health_check }: Checked) =>
  queryOptions({
    queryKey: ['capability-changes', id, last_health_check],
    queryFn: ({ signal }) => api.listCapabilityChanges({ params: { id }, query: { limit: 100 }, signal }),
    placeholderData: (before) => before,
  })
