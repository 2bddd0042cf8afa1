import { z } from 'zod'
import { REASON_CODES } from '../core/check.ts'
import { timestamp } from '../core/clock.ts'
import { type DomainEvent, SEVERITIES, type StoredEvent } from '../core/events.ts'
import { CIRCUIT_KINDS, HEALTH_STATUSES } from '../core/health/state.ts'
import type { Tables } from './schema.ts'
import { maybe, readStored, StoredCollectionId, StoredServerId, StoredTimestamp, wholeMs } from './stored.ts'

const Severity = z.enum(SEVERITIES)
const CircuitKind = z.enum(CIRCUIT_KINDS)
const Names = z.array(z.string())
const namesChanged = { added: Names, removed: Names, changed: Names }
/** Told since there were prompts and resources in it. */
const NamesChanged = z.object(namesChanged).default({ added: [], removed: [], changed: [] })
const about = { serverId: StoredServerId, serverName: z.string(), version: z.number().default(0), severity: Severity }

const StoredDomainEvent = z.discriminatedUnion('type', [
  z.object({
    ...about,
    type: z.literal('mcp_status_change'),
    oldStatus: z.enum(HEALTH_STATUSES),
    newStatus: z.enum(HEALTH_STATUSES),
    reasonCode: maybe(z.enum(REASON_CODES)),
    reason: maybe(z.string()),
  }),
  z.object({
    ...about,
    type: z.literal('circuit_breaker_state'),
    oldState: CircuitKind,
    newState: CircuitKind,
    failureCount: z.number(),
    failureCycles: z.number(),
    retryAt: maybe(StoredTimestamp),
  }),
  z.object({ ...about, type: z.literal('mcp_auto_disabled'), reason: z.string(), failureCycles: z.number() }),
  z.object({
    ...about,
    type: z.enum(['mcp_server_created', 'mcp_server_updated']),
    server: z.custom<object>((value) => typeof value === 'object' && value !== null),
  }),
  z.object({ ...about, type: z.literal('mcp_server_deleted') }),
  z.object({
    ...about,
    type: z.literal('mcp_capabilities_changed'),
    ...namesChanged,
    prompts: NamesChanged,
    resources: NamesChanged,
    truncated: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('mcp_common_cause'),
    severity: Severity,
    active: z.boolean(),
    servers: Names,
    suspected: z.string(),
  }),
  z.object({
    type: z.literal('collection_changed'),
    severity: Severity,
    change: z.enum(['created', 'updated', 'deleted']),
    collectionId: StoredCollectionId,
    collectionName: z.string(),
  }),
]) satisfies z.ZodType<DomainEvent>

export function eventRow({ at, event }: Omit<StoredEvent, 'seq'>): Omit<Tables['event'], 'seq'> {
  const server = 'serverId' in event ? event : undefined
  return {
    at: wholeMs(at),
    type: event.type,
    severity: event.severity,
    server_id: server?.serverId ?? null,
    server_name: server?.serverName ?? null,
    body: JSON.stringify(event),
  }
}

export const readEvent = (row: Pick<Tables['event'], 'seq' | 'at' | 'body'>): StoredEvent => ({
  seq: row.seq,
  at: timestamp(row.at),
  event: readStored(StoredDomainEvent, row.body, `event ${row.seq}`),
})
