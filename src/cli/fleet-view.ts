import type { EventView } from '../api/events-view.ts'
import type { LiveMessage } from '../api/live.ts'
import type { ServerView } from '../api/server-view.ts'
import { unreachable } from './unreachable.ts'

/** Servers by id, as the live feed told so far. */
export type Fleet = ReadonlyMap<number, ServerView>

/** The fleet after a message: a first page starts anew, events change what they tell of. */
export function nextFleet(fleet: Fleet, message: LiveMessage): Fleet {
  if ('batch' in message) return message.batch.reduce(afterEvent, fleet)
  if ('event_type' in message) return afterEvent(fleet, message)
  if (message.type !== 'initial_status') return fleet
  return new Map([
    ...(message.page === 1 ? [] : fleet),
    ...message.servers.map((server) => [server.id, server] as const),
  ])
}

/** The fleet with a view that was read, unless something newer was told meanwhile, or that the server is no more. */
export function withView(fleet: Fleet, view: ServerView): Fleet {
  return fleet.has(view.id) ? withNewer(fleet, view) : fleet
}

/** The servers whose views should be read again, since events tell only a part of what they changed. */
export function changedServers(message: LiveMessage): readonly number[] {
  if ('batch' in message) return message.batch.flatMap(changedServers)
  if (!('event_type' in message) || !('server_id' in message.event_data)) return []
  return WHOLE.has(message.event_type) ? [] : [message.event_data.server_id]
}

/** These tell everything there is. */
const WHOLE: ReadonlySet<EventView['event_type']> = new Set([
  'mcp_health_check',
  'mcp_server_created',
  'mcp_server_updated',
  'mcp_server_deleted',
])

const withNewer = (fleet: Fleet, view: ServerView): Fleet =>
  (fleet.get(view.id)?.version ?? 0) > view.version ? fleet : new Map([...fleet, [view.id, view]])

function afterEvent(fleet: Fleet, event: EventView): Fleet {
  switch (event.event_type) {
    case 'mcp_server_created':
    case 'mcp_server_updated':
      return withNewer(fleet, event.event_data.server)
    case 'mcp_server_deleted':
      return new Map([...fleet].filter(([id]) => id !== event.event_data.server_id))
    case 'mcp_common_cause':
    case 'collection_changed':
      return fleet
    default: {
      const { server_id, version } = event.event_data
      const server = fleet.get(server_id)
      if (!server || version < server.version) return fleet
      return new Map([...fleet, [server.id, { ...server, ...told(event), version }]])
    }
  }
}

type AboutState = Extract<
  EventView,
  {
    event_type:
      | 'mcp_status_change'
      | 'mcp_health_check'
      | 'circuit_breaker_state'
      | 'mcp_auto_disabled'
      | 'mcp_capabilities_changed'
  }
>

/** What an event tells of the server's view. */
function told(event: AboutState): Partial<ServerView> {
  switch (event.event_type) {
    case 'mcp_status_change': {
      const { new_status, reason_code, reason } = event.event_data
      return { health_status: new_status, since: event.timestamp, reason_code, reason, next_action: null }
    }
    case 'mcp_health_check': {
      const { health_status, response_time_ms, next_check_at, badges } = event.event_data
      return { health_status, response_time_ms, next_check_at, badges, last_health_check: event.timestamp }
    }
    case 'circuit_breaker_state': {
      const { new_state: state, failure_count, failure_cycles, retry_at } = event.event_data
      return {
        circuit: {
          state,
          failure_count,
          failure_cycles,
          retry_at,
          opened_at: state === 'open' ? event.timestamp : null,
        },
      }
    }
    case 'mcp_auto_disabled':
      return { auto_disabled_at: event.timestamp, auto_disabled_reason: event.event_data.reason }
    case 'mcp_capabilities_changed':
      return {}
    default:
      return unreachable(event)
  }
}
