import { z } from 'zod'
import { CallDetail, CallList, CallQuery, CallSummary, CallSummaryQuery } from '../calls.ts'
import { pathId } from '../query.ts'
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
  getCall: {
    method: 'GET',
    path: `${API}/calls/:id`,
    access: 'viewer',
    summary: 'One call, with arguments and result if they are kept',
    tags,
    params: z.strictObject({ id: pathId }),
    status: 200,
    answer: CallDetail,
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
