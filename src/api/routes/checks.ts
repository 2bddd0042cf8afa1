import { z } from 'zod'
import { BreakerConfigInput, BreakerConfigView, BreakerOverrideInput, BreakerView } from '../breaker.ts'
import { DiscoverAnswer, HealthCheckAnswer } from '../check-view.ts'
import { CheckManyInput, JobView } from '../jobs.ts'
import { pathId } from '../query.ts'
import { API, type Route, SERVERS } from '../route.ts'
import { DiscoverInput } from '../server-input.ts'
import { TOOL_CALL_EVENTS, ToolCallAnswer, ToolCallInput } from '../tool-call.ts'

const params = z.strictObject({ id: pathId })
const tags = ['checks']
const breakerTags = ['circuit breaker']

/** Checks on demand, tool calls and the circuit breaker. */
export const checkRoutes = {
  discoverServer: {
    method: 'POST',
    path: `${SERVERS}/discover`,
    access: 'admin',
    summary: 'Check a configuration that is not saved',
    tags,
    body: DiscoverInput,
    status: 200,
    answer: DiscoverAnswer,
  },
  checkServers: {
    method: 'POST',
    path: `${SERVERS}/health-check`,
    access: 'operator',
    summary: 'Check many servers; answers with a job to follow',
    tags,
    body: CheckManyInput,
    status: 202,
    answer: JobView,
  },
  getCheckJob: {
    method: 'GET',
    path: `${SERVERS}/health-check/:job_id`,
    access: 'viewer',
    summary: 'How far a job of checks is',
    tags,
    params: z.strictObject({ job_id: z.string() }),
    status: 200,
    answer: JobView,
  },
  triggerHealthCheck: {
    method: 'POST',
    path: `${SERVERS}/:id/health-check`,
    access: 'operator',
    summary: 'Check a server now and wait for the result',
    tags,
    params,
    status: 200,
    answer: HealthCheckAnswer,
  },
  reloadServer: {
    method: 'POST',
    path: `${SERVERS}/:id/reload`,
    access: 'operator',
    summary: 'Drop the connection, connect again and rediscover',
    tags,
    params,
    status: 200,
    answer: HealthCheckAnswer,
  },
  callTool: {
    method: 'POST',
    path: `${SERVERS}/:id/tools/:tool/call`,
    access: 'operator',
    summary: 'Run one tool',
    tags: ['tools'],
    params: z.strictObject({ id: pathId, tool: z.string().max(512) }),
    body: ToolCallInput,
    status: 200,
    answer: ToolCallAnswer,
    events: TOOL_CALL_EVENTS,
  },
  getBreaker: {
    method: 'GET',
    path: `${SERVERS}/:id/circuit-breaker`,
    access: 'viewer',
    summary: "One server's circuit breaker",
    tags: breakerTags,
    params,
    status: 200,
    answer: BreakerView,
  },
  setBreakerOverride: {
    method: 'PUT',
    path: `${SERVERS}/:id/circuit-breaker`,
    access: 'admin',
    summary: "Set or clear this server's own breaker settings",
    tags: breakerTags,
    params,
    body: BreakerOverrideInput,
    status: 200,
    answer: BreakerView,
  },
  resetBreaker: {
    method: 'POST',
    path: `${SERVERS}/:id/circuit-breaker/reset`,
    access: 'operator',
    summary: 'Close the circuit now and check at once',
    tags: breakerTags,
    params,
    status: 200,
    answer: BreakerView,
  },
  getBreakerConfig: {
    method: 'GET',
    path: `${API}/circuit-breaker/config`,
    access: 'viewer',
    summary: 'Breaker settings of the fleet',
    tags: breakerTags,
    status: 200,
    answer: BreakerConfigView,
  },
  setBreakerConfig: {
    method: 'PUT',
    path: `${API}/circuit-breaker/config`,
    access: 'admin',
    summary: 'Change the breaker settings of the fleet',
    tags: breakerTags,
    body: BreakerConfigInput,
    status: 200,
    answer: BreakerConfigView,
  },
} as const satisfies Record<string, Route>
