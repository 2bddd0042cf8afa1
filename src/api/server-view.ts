import { z } from 'zod'
import { ERAS, REASON_CODES } from '../core/check.ts'
import { GATEWAY_PROCESSES, PROTOCOLS } from '../core/config/server.ts'
import { BADGES, CIRCUIT_KINDS, HEALTH_STATUSES } from '../core/health/state.ts'
import { RecentTrafficView } from './calls.ts'
import { listOf } from './query.ts'
import { RecentCheckView } from './recent-check.ts'
import { HeartbeatsView, UptimesView } from './uptime.ts'
import { Count, Id, Milliseconds, Time, Version } from './wire.ts'

export const AUTH_TYPES = ['none', 'bearer', 'api_key', 'custom_headers'] as const

export const Era = z.enum(ERAS)
export const ServerInfoView = z.object({ name: z.string(), version: z.string() })

export const CircuitView = z
  .object({
    state: z.enum(CIRCUIT_KINDS),
    failure_count: Count,
    failure_cycles: Count,
    opened_at: Time.nullable(),
    retry_at: Time.nullable(),
  })
  .meta({ id: 'Circuit' })
export type CircuitView = z.infer<typeof CircuitView>

/** A registered server. What does not apply to its protocol is null or empty; credentials are never part of it. */
export const ServerView = z
  .object({
    id: Id,
    name: z.string(),
    description: z.string(),
    protocol: z.enum(PROTOCOLS),
    url: z.string().nullable(),
    command: z.string().nullable(),
    args: z.array(z.string()),
    env_keys: z.array(z.string()),
    auth_type: z.enum(AUTH_TYPES),
    auth_configured: z.boolean(),
    /** Names of the headers that carry credentials, without their values. */
    auth_header_names: z.array(z.string()),
    timeout_seconds: z.number(),
    call_timeout_seconds: z.number(),
    check_interval_seconds: z.number(),
    /** Arguments and results of agents' calls are kept. */
    record_payloads: z.boolean(),
    /** Of a stdio server: whether agents share its process, or each session has one. */
    gateway_process: z.enum(GATEWAY_PROCESSES).nullable(),
    enabled: z.boolean(),
    health_status: z.enum(HEALTH_STATUSES),
    badges: z.array(z.enum(BADGES)),
    /** Why each badge is there; only with `include=badges`. */
    badge_details: z.array(z.object({ badge: z.enum(BADGES), detail: z.string() })).optional(),
    /** Share of known time it was up; only with `include=uptime`. */
    uptime: UptimesView.optional(),
    /** Of the last 24 hours; only with `include=heartbeats`. */
    heartbeats: HeartbeatsView.optional(),
    /** The last 40, the oldest first; only with `include=recent_checks`. */
    recent_checks: z.array(RecentCheckView).optional(),
    /** What agents asked of it in the last `window_seconds`; null: nothing. Only with `include=traffic`, and live. */
    traffic: RecentTrafficView.nullable().optional(),
    reason_code: z.enum(REASON_CODES).nullable(),
    reason: z.string().nullable(),
    next_action: z.string().nullable(),
    since: Time,
    last_health_check: Time.nullable(),
    next_check_at: Time.nullable(),
    response_time_ms: Milliseconds.nullable(),
    circuit: CircuitView,
    tool_count: Count.nullable(),
    prompt_count: Count.nullable(),
    resource_count: Count.nullable(),
    era: Era.nullable(),
    protocol_version: z.string().nullable(),
    server_info: ServerInfoView.nullable(),
    auto_disabled_at: Time.nullable(),
    auto_disabled_reason: z.string().nullable(),
    would_be_healthy: z.boolean().nullable(),
    created_at: Time,
    updated_at: Time,
    etag: z.string(),
    /** Of two views of a server, answered or pushed, the one with the greater version is newer. */
    version: Version,
  })
  .meta({ id: 'Server' })
export type ServerView = z.infer<typeof ServerView>

const INCLUDES = ['badges', 'uptime', 'heartbeats', 'recent_checks', 'traffic'] as const
export type ServerInclude = (typeof INCLUDES)[number]

/** What a server's view may have beyond the usual: `?include=badges,uptime`. With `recent_checks` a page has at most 200 servers. */
export const ServerIncludes = { include: listOf(z.enum(INCLUDES)).optional() }

/** As of event `seq` and of `version`: a server of an older version that is not in the whole list is no more. */
export const ServerList = z.object({
  servers: z.array(ServerView),
  next_cursor: z.string().nullable(),
  seq: Count,
  version: Version,
})
export type ServerList = z.infer<typeof ServerList>
