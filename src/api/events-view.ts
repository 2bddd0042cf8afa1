import { z } from 'zod'
import { OUTCOMES, REASON_CODES, TRIGGERS } from '../core/check.ts'
import { CONFIG_LIMITS } from '../core/config/config-rules.ts'
import { SEVERITIES } from '../core/events.ts'
import { BADGES, CIRCUIT_KINDS, HEALTH_STATUSES } from '../core/health/state.ts'
import { listOf, paging } from './query.ts'
import { ServerView } from './server-view.ts'
import { Count, Epoch, Id, Milliseconds, Time, Version } from './wire.ts'

const severity = z.enum(SEVERITIES)
/** `version`: of the view that it tells of. A deletion is final, whatever the version. */
const about = { server_id: Id, mcp_name: z.string(), version: Version, severity }

const stored = <T extends string, D extends z.ZodRawShape>(type: T, data: D) =>
  z.object({ seq: Id, event_type: z.literal(type), timestamp: Time, event_data: z.object(data) })

const namesChanged = { added: z.array(z.string()), removed: z.array(z.string()), changed: z.array(z.string()) }

/** Every stored event by its type; `seq` starts at 1 and has no gaps. */
const storedEvents = [
  stored('mcp_status_change', {
    ...about,
    old_status: z.enum(HEALTH_STATUSES),
    new_status: z.enum(HEALTH_STATUSES),
    reason_code: z.enum(REASON_CODES).nullable(),
    reason: z.string().nullable(),
  }),
  stored('mcp_common_cause', { severity, active: z.boolean(), servers: z.array(z.string()), suspected: z.string() }),
  stored('circuit_breaker_state', {
    ...about,
    old_state: z.enum(CIRCUIT_KINDS),
    new_state: z.enum(CIRCUIT_KINDS),
    failure_count: Count,
    failure_cycles: Count,
    retry_at: Time.nullable(),
  }),
  stored('mcp_auto_disabled', { ...about, reason: z.string(), failure_cycles: Count }),
  stored('mcp_server_created', { ...about, server: ServerView }),
  stored('mcp_server_updated', { ...about, server: ServerView }),
  stored('mcp_server_deleted', about),
  stored('mcp_capabilities_changed', {
    ...about,
    /** Tools. */
    ...namesChanged,
    prompts: z.object(namesChanged),
    /** By their URIs. */
    resources: z.object(namesChanged),
    /** There are more than named here. */
    truncated: z.boolean(),
  }),
  stored('collection_changed', {
    severity,
    change: z.enum(['created', 'updated', 'deleted']),
    collection_id: Id,
    collection_name: z.string(),
  }),
] as const

export const StoredEventView = z.discriminatedUnion('event_type', storedEvents).meta({ id: 'StoredEvent' })
export type StoredEventView = z.infer<typeof StoredEventView>

/** Told live after a check, at most once a second per server, to who subscribed to it; never stored. */
export const CheckNoticeView = z
  .object({
    event_type: z.literal('mcp_health_check'),
    timestamp: Time,
    event_data: z.object({
      ...about,
      health_status: z.enum(HEALTH_STATUSES),
      trigger: z.enum(TRIGGERS),
      outcome: z.enum(OUTCOMES),
      /** The server answered. */
      healthy: z.boolean(),
      /** Why this check failed. */
      reason_code: z.enum(REASON_CODES).nullable(),
      response_time_ms: Milliseconds,
      next_check_at: Time.nullable(),
      badges: z.array(z.enum(BADGES)),
    }),
  })
  .meta({ id: 'CheckNotice' })
export type CheckNoticeView = z.infer<typeof CheckNoticeView>

export const EventView = z.discriminatedUnion('event_type', [...storedEvents, CheckNoticeView])
export type EventView = z.infer<typeof EventView>

export const STORED_EVENT_TYPES = [
  'mcp_status_change',
  'mcp_common_cause',
  'circuit_breaker_state',
  'mcp_auto_disabled',
  'mcp_server_created',
  'mcp_server_updated',
  'mcp_server_deleted',
  'mcp_capabilities_changed',
  'collection_changed',
] as const satisfies readonly StoredEventView['event_type'][]

export const EVENT_TYPES = [
  ...STORED_EVENT_TYPES,
  'mcp_health_check',
] as const satisfies readonly EventView['event_type'][]

const Seq = z.coerce.number<number | string>().int().min(0)

/** Those after `since_seq` and before `before_seq`, the oldest first unless asked otherwise; `cursor` goes on in `order`. */
export const EventQuery = z.strictObject({
  ...paging,
  since_seq: Seq.default(0),
  before_seq: Seq.optional(),
  order: z.enum(['oldest', 'newest']).default('oldest'),
  event_type: listOf(z.enum(STORED_EVENT_TYPES)).optional(),
  severity: listOf(severity).optional(),
  mcp_name: listOf(z.string().max(CONFIG_LIMITS.name)).optional(),
})

export const EventList = z.object({
  events: z.array(StoredEventView),
  epoch: Epoch,
  next_cursor: z.string().nullable(),
})
export type EventList = z.infer<typeof EventList>
