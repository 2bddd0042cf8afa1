import type { CheckNoticeView, StoredEventView } from '../../api/events-view.ts'
import type { ServerView } from '../../api/server-view.ts'
import { isAlive } from '../../core/check.ts'
import { unreachable } from '../../core/errors.ts'
import type { CheckNotice, DomainEvent, NamesChanged, StoredEvent } from '../../core/events.ts'
import { severityOf } from '../../core/health/status.ts'
import type { ServerId } from '../../core/ids.ts'
import { iso, isoOrNull } from './time.ts'

/** A stored event as everyone is told of it. */
export function eventView({ seq, at, event }: StoredEvent): StoredEventView {
  const envelope = { seq, timestamp: iso(at) }
  switch (event.type) {
    case 'mcp_status_change':
      return {
        ...envelope,
        event_type: event.type,
        event_data: {
          ...about(event),
          old_status: event.oldStatus,
          new_status: event.newStatus,
          reason_code: event.reasonCode ?? null,
          reason: event.reason ?? null,
        },
      }
    case 'circuit_breaker_state':
      return {
        ...envelope,
        event_type: event.type,
        event_data: {
          ...about(event),
          old_state: event.oldState,
          new_state: event.newState,
          failure_count: event.failureCount,
          failure_cycles: event.failureCycles,
          retry_at: isoOrNull(event.retryAt),
        },
      }
    case 'mcp_auto_disabled': {
      const { reason, failureCycles } = event
      return {
        ...envelope,
        event_type: event.type,
        event_data: { ...about(event), reason, failure_cycles: failureCycles },
      }
    }
    case 'mcp_server_created':
    case 'mcp_server_updated':
      return {
        ...envelope,
        event_type: event.type,
        event_data: { ...about(event), server: { ...storedView(event.server), version: event.version } },
      }
    case 'mcp_server_deleted':
      return { ...envelope, event_type: event.type, event_data: about(event) }
    case 'mcp_capabilities_changed': {
      const { prompts, resources, truncated } = event
      const others = { prompts: namesChanged(prompts), resources: namesChanged(resources), truncated }
      return {
        ...envelope,
        event_type: event.type,
        event_data: { ...about(event), ...namesChanged(event), ...others },
      }
    }
    case 'mcp_common_cause': {
      const { severity, active, servers, suspected } = event
      return { ...envelope, event_type: event.type, event_data: { severity, active, servers: [...servers], suspected } }
    }
    case 'collection_changed': {
      const { severity, change, collectionId, collectionName } = event
      const about = { collection_id: collectionId, collection_name: collectionName }
      return { ...envelope, event_type: event.type, event_data: { severity, change, ...about } }
    }
    default:
      return unreachable(event)
  }
}

const namesChanged = ({ added, removed, changed }: NamesChanged) => ({
  added: [...added],
  removed: [...removed],
  changed: [...changed],
})

/** What is told live of a check. */
export const checkNoticeView = (notice: CheckNotice): CheckNoticeView => ({
  event_type: 'mcp_health_check',
  timestamp: iso(notice.at),
  event_data: {
    server_id: notice.serverId,
    mcp_name: notice.serverName,
    version: notice.version,
    severity: severityOf(notice.status, undefined),
    health_status: notice.status,
    trigger: notice.trigger,
    outcome: notice.outcome,
    healthy: isAlive(notice.outcome),
    reason_code: notice.reasonCode ?? null,
    response_time_ms: notice.responseTimeMs,
    next_check_at: isoOrNull(notice.nextCheckAt),
    badges: [...notice.badges],
  },
})

const about = ({ serverId, serverName, version, severity }: Extract<DomainEvent, { serverId: ServerId }>) => ({
  server_id: serverId,
  mcp_name: serverName,
  version,
  severity,
})

/** The view that an event was stored with: `serverView` made it, the core only carries it. */
function storedView(server: object): ServerView {
  const view = server as ServerView // of its time
  const { record_payloads = false, gateway_process = view.protocol === 'stdio' ? 'shared' : null } = view
  return { ...view, record_payloads, gateway_process }
}
