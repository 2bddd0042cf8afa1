import type { EventView } from '../../api/events-view.ts'
import type { LiveFilters } from '../../api/live.ts'
import type { Severity } from '../../core/events.ts'

/** An event as it goes out: serialised once, whoever reads it. */
export type LiveEvent = {
  /** Of this process; what was sent together is recognised by it. */
  readonly id: number
  /** Absent for what is told live only. */
  readonly seq: number | undefined
  readonly type: EventView['event_type']
  /** Names of the servers it is about. */
  readonly names: readonly string[]
  readonly severity: Severity
  readonly json: string
  readonly frame: Buffer
}

export function liveEvent(id: number, view: EventView): LiveEvent {
  const json = JSON.stringify(view)
  return {
    id,
    seq: view.event_type === 'mcp_health_check' ? undefined : view.seq,
    type: view.event_type,
    names: namesIn(view.event_data),
    severity: view.event_data.severity,
    json,
    frame: Buffer.from(json),
  }
}

function namesIn(data: EventView['event_data']): readonly string[] {
  if ('mcp_name' in data) return [data.mcp_name]
  return 'servers' in data ? data.servers : []
}

/** Which events somebody wants; a filter that is absent lets all through. */
export type Subscription = {
  readonly types: ReadonlySet<EventView['event_type']> | undefined
  readonly names: ReadonlySet<string> | undefined
  readonly severities: ReadonlySet<Severity> | undefined
}

export const subscription = (
  types: readonly EventView['event_type'][] | undefined,
  filters: LiveFilters = {},
): Subscription => ({
  types: types && new Set(types),
  names: filters.mcp_names && new Set(filters.mcp_names),
  severities: filters.severity && new Set(filters.severity),
})

/** What is wanted by who has not said so. */
const EVERYTHING: Subscription = subscription(undefined)

/** Whether an event goes to who has these subscriptions; without any, everything but the checks does. */
export function isWanted(event: LiveEvent, subscriptions: Iterable<Subscription>): boolean {
  let any = false
  for (const one of subscriptions) {
    any = true
    if (fits(event, one)) return true
  }
  return !any && fits(event, EVERYTHING)
}

function fits({ type, names, severity }: LiveEvent, wanted: Subscription): boolean {
  const typeFits = wanted.types ? wanted.types.has(type) : type !== 'mcp_health_check'
  if (!typeFits || (wanted.severities && !wanted.severities.has(severity))) return false
  return !wanted.names || names.some((name) => wanted.names?.has(name))
}
