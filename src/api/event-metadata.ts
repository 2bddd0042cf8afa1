import { z } from 'zod'
import { SEVERITIES } from '../core/events.ts'
import { EVENT_TYPES, EventView } from './events-view.ts'

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

/** What each tells a person; its fields are in its schema. */
const DESCRIPTIONS = {
  mcp_status_change: 'The status of a server changed',
  mcp_health_check: 'A server was checked',
  mcp_common_cause: 'Many servers fell together, or that is over',
  circuit_breaker_state: 'The circuit breaker of a server changed its state',
  mcp_auto_disabled: 'A server was disabled after too many failure cycles',
  mcp_server_created: 'A server was registered',
  mcp_server_updated: 'The configuration of a server changed',
  mcp_server_deleted: 'A server was removed',
  mcp_capabilities_changed: 'The tools, prompts or resources of a server changed',
  collection_changed: 'A collection was made, changed or removed',
} satisfies Record<EventView['event_type'], string>

/** Names in `event_data`, as the schemas have them. */
const FIELDS = new Map(
  EventView.options.map(({ shape }) => [shape.event_type.value, Object.keys(shape.event_data.shape)]),
)

export const EVENT_METADATA: EventMetadata = {
  event_types: EVENT_TYPES.map((type) => ({
    event_type: type,
    description: DESCRIPTIONS[type],
    fields: FIELDS.get(type) ?? [],
    filterable_fields: [...FILTERS],
    stored: type !== 'mcp_health_check',
  })),
  severities: [...SEVERITIES],
}
