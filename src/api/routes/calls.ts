import { CallList, CallQuery, CallSummary, CallSummaryQuery } from '../calls.ts'
import { API, type Route } from '../route.ts'

const tags = ['calls']

/** What agents asked of servers through the gateway. */
export const callRoutes = {
  listCalls: {
    method: 'GET',
    path: `${API}/calls`,
    access: 'viewer',
    summary: 'Calls of agents, newest first',
    tags,
    query: CallQuery,
    status: 200,
    answer: CallList,
  },
  getCallSummary: {
    method: 'GET',
    path: `${API}/calls/summary`,
    access: 'viewer',
    summary: 'How many calls, how many failed and how fast they were, by server and tool',
    tags,
    query: CallSummaryQuery,
    status: 200,
    answer: CallSummary,
  },
} as const satisfies Record<string, Route>
