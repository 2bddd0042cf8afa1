import type { EventView } from '../../api/events-view.ts'
import { latency, localTime } from '../../api/time-text.ts'
import { unreachable } from '../unreachable.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'
import { statusMark } from './status-mark.ts'

/** One event on one line: when, how severe, about whom, what. */
export function eventLine(event: EventView, paint: Paint): string {
  const about = oneLine(subjectOf(event))
  const { severity } = event.event_data
  const colour = severity === 'info' ? paint.quiet : severity === 'warning' ? paint.warn : paint.bad
  const seq = 'seq' in event ? String(event.seq) : '-'
  const head = `${paint.quiet(localTime(event.timestamp))} ${paint.quiet(seq.padStart(5))} ${colour(severity.padEnd(8))}`
  return `${head} ${paint.strong(about)} ${happening(event, paint)}`
}

function subjectOf({ event_data }: EventView): string {
  if ('mcp_name' in event_data) return event_data.mcp_name
  return 'collection_name' in event_data ? event_data.collection_name : 'fleet'
}

function happening(event: EventView, paint: Paint): string {
  switch (event.event_type) {
    case 'mcp_status_change': {
      const { old_status, new_status, reason } = event.event_data
      return `${old_status} -> ${statusMark(new_status, paint)}${reason ? `: ${oneLine(reason)}` : ''}`
    }
    case 'mcp_health_check': {
      const { health_status, response_time_ms, trigger, outcome, badges } = event.event_data
      const more = [trigger, outcome, ...badges].join(', ')
      return `checked: ${statusMark(health_status, paint)} in ${latency(response_time_ms)} (${more})`
    }
    case 'mcp_common_cause': {
      const { active, servers, suspected } = event.event_data
      if (!active) return 'common cause is over'
      return `${servers.length} servers fell together, suspected: ${oneLine(suspected)} (${oneLine(servers.join(', '))})`
    }
    case 'circuit_breaker_state': {
      const { old_state, new_state, failure_count, retry_at } = event.event_data
      const retry = retry_at === null ? '' : `, retry at ${localTime(retry_at)}`
      const failures = new_state === 'open' ? ` after ${failure_count} failures` : ''
      return `circuit ${old_state} -> ${new_state}${failures}${retry}`
    }
    case 'mcp_auto_disabled':
      return `disabled automatically after ${event.event_data.failure_cycles} failure cycles: ${oneLine(event.event_data.reason)}`
    case 'mcp_server_created':
      return 'registered'
    case 'mcp_server_updated':
      return 'configuration changed'
    case 'mcp_server_deleted':
      return 'removed'
    case 'mcp_capabilities_changed':
      return capabilityChanges(event.event_data)
    case 'collection_changed':
      return `collection ${event.event_data.change}`
    default:
      return unreachable(event)
  }
}

type Changes = Readonly<Record<'added' | 'removed' | 'changed', readonly string[]>>
type AllChanges = Changes & { readonly prompts: Changes; readonly resources: Changes; readonly truncated: boolean }

function capabilityChanges({ prompts, resources, truncated, ...tools }: AllChanges): string {
  const lists = Object.entries({ tools, prompts, resources })
  const said = lists.map(([what, changes]) => [what, signed(changes)]).filter(([, names]) => names !== '')
  return `${said.map(([what, names]) => `${what} changed: ${names}`).join(', ')}${truncated ? ' and more' : ''}`
}

const signed = ({ added, removed, changed }: Changes): string =>
  [
    ...added.map((name) => `+${oneLine(name)}`),
    ...removed.map((name) => `-${oneLine(name)}`),
    ...changed.map((name) => `~${oneLine(name)}`),
  ].join(' ')
