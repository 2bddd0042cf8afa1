import { z } from 'zod'
import { OUTCOMES } from '../core/check.ts'
import { isError } from '../core/gateway/call-history.ts'
import { listOf, paging } from './query.ts'
import { Count, Id, Milliseconds, Time } from './wire.ts'

/** As of checks; `refused`: the server was not contacted, because it is down, disabled or too busy. */
export const CALL_OUTCOMES = [...OUTCOMES, 'refused'] as const
/** Those that count as errors. */
export const CALL_ERRORS = CALL_OUTCOMES.filter(isError)

/** What an agent asked of one server through the gateway, once it ended. */
export const CallView = z
  .object({
    id: Id,
    timestamp: Time,
    token_id: Id,
    /** Null once the token is gone. */
    token_name: z.string().nullable(),
    /** The path it came to, such as `/mcp`. */
    endpoint: z.string(),
    server_id: Id,
    /** The name the server had then. */
    server_name: z.string(),
    method: z.string(),
    /** The tool or prompt by the server's own name, or the URI of the resource. */
    target: z.string().nullable(),
    outcome: z.enum(CALL_OUTCOMES),
    /** Why the server did not do it; null when it answered. */
    reason: z.string().nullable(),
    duration_ms: Milliseconds,
    /** Of that, in line for one of the server's places. */
    waited_ms: Milliseconds,
    /** Of the request, and of what it was answered. */
    bytes_in: Count,
    bytes_out: Count,
    /** Revisions of the protocol towards the client and the server. */
    client_version: z.string(),
    server_version: z.string().nullable(),
    trace_id: z.string().nullable(),
  })
  .meta({ id: 'Call' })
export type CallView = z.infer<typeof CallView>

/** JSON without secrets, at most `kept_bytes` of it; `truncated`: there was more. */
const KeptText = z.object({ text: z.string(), truncated: z.boolean(), kept_bytes: z.int().min(1) })

/** One call with what was said; null where the server is not configured to have that kept, or it is no more. */
export const CallDetail = CallView.extend({ arguments: KeptText.nullable(), result: KeptText.nullable() }).meta({
  id: 'CallDetail',
})
export type CallDetail = z.infer<typeof CallDetail>

/** Newest first. */
export const CallList = z.object({ calls: z.array(CallView), next_cursor: z.string().nullable() })
export type CallList = z.infer<typeof CallList>

const ServerIds = listOf(
  z
    .string()
    .regex(/^\d{1,15}$/, 'Not an id')
    .pipe(z.coerce.number<string>().int().min(1)),
)

const filter = {
  server_id: ServerIds.optional(),
  target: listOf(z.string().max(512)).optional(),
  method: listOf(z.string().max(100)).optional(),
  outcome: listOf(z.enum(CALL_OUTCOMES)).optional(),
  token_id: ServerIds.optional(),
  endpoint: listOf(z.string().max(512)).optional(),
  since: Time.optional(),
  until: Time.optional(),
}

export const CallQuery = z.strictObject({ ...paging, ...filter })

/** Without `since` of the last hour. */
export const CallSummaryQuery = z.strictObject(filter)

const traffic = {
  calls: Count,
  /** Everything but `ok` and `cancelled`. */
  errors: Count,
  refused: Count,
  cancelled: Count,
  per_minute: z.number().min(0),
  /** Share of errors among calls that were not cancelled, 0 to 1. */
  error_ratio: z.number().min(0).max(1).nullable(),
  p50_ms: Milliseconds.nullable(),
  p95_ms: Milliseconds.nullable(),
  p99_ms: Milliseconds.nullable(),
}
export const TrafficView = z.object(traffic)
export type TrafficView = z.infer<typeof TrafficView>

/** As `TrafficView`, counted in memory. */
export const RecentTrafficView = z.object({
  calls: Count,
  per_minute: traffic.per_minute,
  error_ratio: traffic.error_ratio,
  window_seconds: z.int().min(1),
})
export type RecentTrafficView = z.infer<typeof RecentTrafficView>

/** What calls came to, by server and by what was called, the busiest first. */
export const CallSummary = z
  .object({
    since: Time,
    until: Time,
    total: TrafficView,
    servers: z.array(z.object({ server_id: Id, server_name: z.string(), ...traffic })),
    /** Who called, the busiest first. */
    callers: z.array(z.object({ token_id: Id, token_name: z.string().nullable(), calls: Count })),
    /** Where they came, the busiest first. */
    endpoints: z.array(z.object({ endpoint: z.string(), calls: Count })),
    /** The thousand busiest. */
    targets: z.array(
      z.object({
        server_id: Id,
        server_name: z.string(),
        method: z.string(),
        target: z.string().nullable(),
        ...traffic,
      }),
    ),
  })
  .meta({ id: 'CallSummary' })
export type CallSummary = z.infer<typeof CallSummary>
