import type { StoredEventView } from '../../api/events-view.ts'
import { STATUS_LOOK } from '../ui/status-look.ts'
import type { Tone } from '../ui/theme.ts'

/** What became of a server, worth telling to who did not ask. */
export type ServerChange = {
  readonly serverId: number
  readonly name: string
  /** How it is now, such as `Disconnected`. */
  readonly label: string
  readonly detail: string
  readonly tone: Tone
  readonly isCritical: boolean
  readonly timestamp: string
}

/**
 * The change that an event tells of; undefined for what needs nobody's eyes: a first check that passes, or a new beginning.
 * An opening or closing circuit is a change of status too, and is told as that.
 */
export function changeOf(event: StoredEventView): ServerChange | undefined {
  const { event_type, timestamp } = event
  if (event_type !== 'mcp_status_change' && event_type !== 'mcp_auto_disabled') return undefined
  const { server_id, mcp_name, severity, reason } = event.event_data
  const about = {
    serverId: server_id,
    name: mcp_name,
    timestamp,
    detail: reason ?? '',
    isCritical: severity === 'critical',
  }
  if (event_type === 'mcp_auto_disabled') return { ...about, label: 'Disabled automatically', tone: 'bad' }
  const { old_status, new_status, reason_code } = event.event_data
  const isNewBeginning = new_status === 'unknown' && reason_code !== 'stale'
  const isFirst = old_status === 'unknown' && new_status === 'healthy'
  // An event of its own tells of a disable by itself.
  if (isNewBeginning || isFirst || reason_code === 'auto_disabled') return undefined
  const { label, tone } = STATUS_LOOK[new_status]
  return { ...about, label, tone }
}

/** More than so many at once are told as one. */
const MOST_APART = 3

/** What is told in one go: a change, or many. */
export type Telling = readonly ServerChange[]

/** What to tell of these, each of another server: one by one, or together when they are many; what is critical apart. */
export const tellings = (changes: readonly ServerChange[]): readonly Telling[] =>
  [true, false].flatMap((isCritical) => {
    const alike = changes.filter((change) => change.isCritical === isCritical)
    return alike.length > MOST_APART ? [alike] : alike.map((change) => [change])
  })

/** A telling in words: what, and why or how many. */
export function tellingText(telling: Telling): { readonly title: string; readonly detail: string } {
  const [change, ...more] = telling
  if (change && more.length === 0) return { title: `${change.name}: ${change.label}`, detail: change.detail }
  const groups = Map.groupBy(telling, ({ label }) => label)
  const counts = [...groups].map(([label, { length }]) => `${length} ${label.toLowerCase()}`)
  return { title: `${telling.length} servers changed`, detail: counts.join(', ') }
}
