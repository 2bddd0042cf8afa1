import { z } from 'zod'
import { SEVERITIES } from '../core/events.ts'
import { EVENT_TYPES, type EventView } from './events-view.ts'

const FILTERS = ['mcp_names', 'severity'] as const

/** The kinds of events: what each tells, and by what a subscription can filter it. */
export const EventMetadata = z
  .object({
    event_types: z.array(
      z.object({
        event_type: z.enum(EVENT_TYPES),
        description: z.string(),
        /** Names in `event_data`. */
        fields: z.array(z.string()),
        filterable_fields: z.array(z.enum(FILTERS)),
        /** False: live only, without `seq`, and only to who subscribed to it by name. */
        stored: z.boolean(),
      }),
    ),
    severities: z.array(z.enum(SEVERITIES)),
  })
  .meta({ id: 'EventMetadata' })
export type EventMetadata = z.infer<typeof EventMetadata>

type Description = { readonly description: string; readonly fields: readonly string[] }

const ABOUT = ['server_id', 'mcp_name', 'severity']

const DESCRIPTIONS = {
  mcp_status_change: {
    description: 'The status of a server changed',
    fields: [...ABOUT, 'old_status', 'new_status', 'reason_code', 'reason'],
  },
  mcp_health_check: {
    description: 'A server was checked',
    fields: [...ABOUT, 'health_status', 'trigger', 'outcome', 'response_time_ms', 'next_check_at', 'badges'],
  },
  mcp_common_cause: {
    description: 'Many servers fell together, or that is over',
    fields: ['severity', 'active', 'servers', 'suspected'],
  },
  circuit_breaker_state: {
    description: 'The circuit breaker of a server changed its state',
    fields: [...ABOUT, 'old_state', 'new_state', 'failure_count', 'failure_cycles', 'retry_at'],
  },
  mcp_auto_disabled: {
    description: 'A server was disabled after too many failure cycles',
    fields: [...ABOUT, 'reason', 'failure_cycles'],
  },
  mcp_server_created: { description: 'A server was registered', fields: [...ABOUT, 'server'] },
  mcp_server_updated: { description: 'The configuration of a server changed', fields: [...ABOUT, 'server'] },
  mcp_server_deleted: { description: 'A server was removed', fields: ABOUT },
  mcp_capabilities_changed: {
    description: 'The tools of a server changed',
    fields: [...ABOUT, 'added', 'removed', 'changed'],
  },
} satisfies Record<EventView['event_type'], Description>

export const EVENT_METADATA: EventMetadata = {
  event_types: EVENT_TYPES.map((type) => ({
    event_type: type,
    ...DESCRIPTIONS[type],
    filterable_fields: [...FILTERS],
    stored: type !== 'mcp_health_check',
  })),
  severities: [...SEVERITIES],
}
