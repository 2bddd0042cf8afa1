import { z } from 'zod'
import { CapabilityChangeList, CapabilityChangeQuery } from '../capabilities-view.ts'
import { FleetSummary } from '../fleet-summary.ts'
import { FleetIncidentQuery, IncidentList, IncidentQuery } from '../incidents.ts'
import { HealthLogExportQuery, HealthLogList, HealthLogQuery, HealthLogView } from '../log-view.ts'
import { pathId } from '../query.ts'
import { API, type Route } from '../route.ts'
import { LatencyAnswer, LatencyQuery, UptimeQuery, UptimeView } from '../uptime.ts'

const SERVER = `${API}/mcp/servers/:id` as const
const params = z.strictObject({ id: pathId })
const tags = ['history']

/** How servers were in the past. */
export const historyRoutes = {
  listHealthLogs: {
    method: 'GET',
    path: `${SERVER}/health-logs`,
    access: 'viewer',
    summary: 'Checks of the past, newest first; runs of checks that passed alike as one',
    tags,
    params,
    query: HealthLogQuery,
    status: 200,
    answer: HealthLogList,
  },
  exportHealthLogs: {
    method: 'GET',
    path: `${SERVER}/health-logs/export`,
    access: 'viewer',
    summary: 'The whole health log as a file, JSON or CSV, newest first',
    tags,
    params,
    query: HealthLogExportQuery,
    status: 200,
    answer: z.array(HealthLogView),
  },
  getUptime: {
    method: 'GET',
    path: `${SERVER}/uptime`,
    access: 'viewer',
    summary: 'Availability, response times and outages over 24 hours, 7, 30 and 90 days',
    tags,
    params,
    query: UptimeQuery,
    status: 200,
    answer: UptimeView,
  },
  getLatency: {
    method: 'GET',
    path: `${SERVER}/latency`,
    access: 'viewer',
    summary: 'Checks, response times and availability over time, in parts for a chart',
    tags,
    params,
    query: LatencyQuery,
    status: 200,
    answer: LatencyAnswer,
  },
  listCapabilityChanges: {
    method: 'GET',
    path: `${SERVER}/capabilities/changes`,
    access: 'viewer',
    summary: 'What changed in the tools, prompts and resources of a server, newest first',
    tags,
    params,
    query: CapabilityChangeQuery,
    status: 200,
    answer: CapabilityChangeList,
  },
  listServerIncidents: {
    method: 'GET',
    path: `${SERVER}/incidents`,
    access: 'viewer',
    summary: 'Outages of a server with their cause, what goes on first',
    tags,
    params,
    query: IncidentQuery,
    status: 200,
    answer: IncidentList,
  },
  getFleetSummary: {
    method: 'GET',
    path: `${API}/mcp/summary`,
    access: 'viewer',
    summary: 'How many servers are in each status, outages that go on, and a common cause',
    tags,
    status: 200,
    answer: FleetSummary,
  },
  listIncidents: {
    method: 'GET',
    path: `${API}/mcp/incidents`,
    access: 'viewer',
    summary: 'Outages of all servers, what goes on first',
    tags,
    query: FleetIncidentQuery,
    status: 200,
    answer: IncidentList,
  },
} as const satisfies Record<string, Route>
