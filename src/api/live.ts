import { z } from 'zod'
import { CONFIG_LIMITS } from '../core/config/config-rules.ts'
import { SEVERITIES } from '../core/events.ts'
import { CallView } from './calls.ts'
import { EventMetadata } from './event-metadata.ts'
import { EVENT_TYPES, EventView } from './events-view.ts'
import { JobProgress } from './jobs.ts'
import { Problem } from './problem.ts'
import { listOf } from './query.ts'
import { ServerView } from './server-view.ts'
import { Count, Epoch, Time, Version } from './wire.ts'

const FOLLOWED = ['servers', 'calls'] as const

/** What `/ws` is connected with. A token has no place in a URL, so that anything else here is refused. */
export const LiveQuery = z.strictObject({
  /** Replays what happened after this event. */
  since_seq: z.coerce.number<string>().int().min(0).optional(),
  /** Of the history that `since_seq` counts in: another one has to be told from its beginning. */
  epoch: Epoch.optional(),
  /**
   * `servers` pushes the views of servers that changed, at most one in 100 ms for each, and all of them on connecting;
   * `calls` what agents called, once a second.
   */
  follow: listOf(z.enum(FOLLOWED)).default([]),
})

/** Only these events; a list left out does not filter, an empty one lets nothing through. */
export const LiveFilters = z
  .strictObject({
    mcp_names: z.array(z.string().max(CONFIG_LIMITS.name)).max(1_000),
    severity: z.array(z.enum(SEVERITIES)).max(SEVERITIES.length),
  })
  .partial()
export type LiveFilters = z.infer<typeof LiveFilters>

const SubscriptionId = z.string().min(1).max(64)

/** What a client may say at `/ws`. Each is answered. */
export const LiveAction = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('subscribe'),
    /** Left out: every type but `mcp_health_check`. */
    event_types: z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length).optional(),
    filters: LiveFilters.optional(),
  }),
  /** Without an id: all subscriptions of this connection. */
  z.strictObject({ action: z.literal('unsubscribe'), subscription_id: SubscriptionId.optional() }),
  z.strictObject({ action: z.literal('get_metadata') }),
  z.strictObject({ action: z.literal('ping') }),
  z.strictObject({ action: z.literal('batch') }),
  /** From now on, instead of what it followed before. */
  z.strictObject({ action: z.literal('follow'), follow: z.array(z.enum(FOLLOWED)) }),
])
export type LiveAction = z.infer<typeof LiveAction>

/** What the server says beside events: the state on connecting, and answers to actions. */
export const LiveReply = z.discriminatedUnion('type', [
  /**
   * `seq` is the newest event of this `epoch` that these servers reflect. `page` starts at 1; all pages are a list of
   * `version`.
   */
  z.object({
    type: z.literal('initial_status'),
    seq: Count,
    epoch: Epoch,
    version: Version,
    page: z.int().min(1),
    pages: z.int().min(1),
    servers: z.array(ServerView),
  }),
  /** To who connected with `follow=servers`: how these servers are now, whenever an event or a check changed them. */
  z.object({ type: z.literal('servers'), servers: z.array(ServerView) }),
  /** To who connected with `follow=calls`: what ended and is stored, the oldest first; `omitted` more are not told. */
  z.object({ type: z.literal('calls'), calls: z.array(CallView), omitted: Count }),
  z.object({ type: z.literal('subscribed'), subscription_id: SubscriptionId }),
  z.object({ type: z.literal('unsubscribed'), subscription_id: SubscriptionId.nullable() }),
  z.object({ type: z.literal('metadata'), metadata: EventMetadata }),
  z.object({ type: z.literal('pong'), timestamp: Time }),
  /** From now on events come as `{ "batch": [...] }`. */
  z.object({ type: z.literal('batching') }),
  z.object({ type: z.literal('following'), follow: z.array(z.enum(FOLLOWED)) }),
  z.object({ type: z.literal('check_job'), job: JobProgress }),
  z.object({ type: z.literal('error'), problem: Problem }),
])
export type LiveReply = z.infer<typeof LiveReply>

const LiveBatch = z.object({ batch: z.array(EventView) })

/** Every frame the server sends. */
export const LiveMessage = z.union([EventView, LiveReply, LiveBatch])
export type LiveMessage = z.infer<typeof LiveMessage>
