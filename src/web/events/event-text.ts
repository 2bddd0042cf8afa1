import type { StoredEventView } from '../../api/events-view.ts'
import { localTime } from '../../api/time-text.ts'
import { STATUS_LOOK } from '../ui/status-look.ts'

/** What happened, in a few words. */
export function eventText(event: StoredEventView): string {
  switch (event.event_type) {
    case 'mcp_status_change': {
      const { old_status, new_status, reason } = event.event_data
      return `${STATUS_LOOK[old_status].label} → ${STATUS_LOOK[new_status].label}${reason ? `: ${reason}` : ''}`
    }
    case 'mcp_common_cause': {
      const { active, servers, suspected } = event.event_data
      return active ? `${servers.length} servers fell together: ${suspected}` : 'The common cause is over'
    }
    case 'circuit_breaker_state': {
      const { old_state, new_state, retry_at } = event.event_data
      const retry = retry_at === null ? '' : `, next attempt at ${localTime(retry_at)}`
      return `Circuit ${words(old_state)} → ${words(new_state)}${retry}`
    }
    case 'mcp_auto_disabled':
      return `Disabled automatically: ${event.event_data.reason}`
    case 'mcp_server_created':
      return 'Registered'
    case 'mcp_server_updated':
      return 'Configuration changed'
    case 'mcp_server_deleted':
      return 'Deleted'
    case 'mcp_capabilities_changed': {
      const { prompts, resources, truncated, ...tools } = event.event_data
      const lists = { Tools: tools, Prompts: prompts, Resources: resources }
      const said = Object.entries(lists).flatMap(([what, changes]) => namesText(what, changes))
      return [...said, ...(truncated ? ['And more'] : [])].join('. ')
    }
    case 'collection_changed':
      return `Collection ${event.event_data.change}`
  }
}

type NamesChanged = Readonly<Record<'added' | 'removed' | 'changed', readonly string[]>>

function namesText(what: string, { added, removed, changed }: NamesChanged): readonly string[] {
  const said = Object.entries({ added, removed, changed }).filter(([, names]) => names.length > 0)
  return said.length === 0 ? [] : [`${what} ${said.map(([how, names]) => `${how}: ${names.join(', ')}`).join('; ')}`]
}

const words = (state: string): string => state.replace('_', ' ')
