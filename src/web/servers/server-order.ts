import type { ServerView } from '../../api/server-view.ts'
import type { Status } from '../ui/status-look.ts'
import { includes, type ServersSearch, type SortKey } from './servers-search.ts'

/** What the table shows, from top to bottom. */
export type Item =
  | { readonly kind: 'group'; readonly status: Status }
  | { readonly kind: 'server'; readonly server: ServerView }

/** What needs a person stands first. */
export const BY_URGENCY = ['disconnected', 'unhealthy', 'circuit_open', 'unknown', 'healthy', 'disabled'] as const
const urgency = (status: Status): number => BY_URGENCY.indexOf(status)

const names = new Intl.Collator('en', { numeric: true })

/** Null: nothing is known, which stands last either way. */
const VALUES = {
  name: () => 0,
  status: ({ health_status }) => urgency(health_status),
  latency: ({ response_time_ms }) => response_time_ms,
  tools: ({ tool_count }) => tool_count,
  traffic: ({ traffic }) => traffic?.per_minute ?? null,
  checked: ({ last_health_check }) => (last_health_check === null ? null : Date.parse(last_health_check)),
} as const satisfies Record<SortKey, (server: ServerView) => number | null>

/** The servers that a search finds, in its order. By name unless told otherwise: names do not change while one looks. */
export function arranged(servers: Iterable<ServerView>, search: ServersSearch): readonly Item[] {
  const found = [...servers].filter((server) => fits(server, search)).sort(order(search.sort ?? 'name'))
  if (!search.group) return found.map((server) => ({ kind: 'server', server }))
  return BY_URGENCY.flatMap((status) => {
    const members = found.filter(({ health_status }) => health_status === status)
    return members.length === 0 ? [] : [{ kind: 'group', status } as const, ...members.map(asItem)]
  })
}

const asItem = (server: ServerView): Item => ({ kind: 'server', server })

function fits({ name, description, health_status }: ServerView, { q = '', status }: ServersSearch): boolean {
  const needle = q.toLowerCase()
  return (
    (status === undefined || includes(status, health_status)) &&
    (name.toLowerCase().includes(needle) || description.toLowerCase().includes(needle))
  )
}

function order(sort: NonNullable<ServersSearch['sort']>): (a: ServerView, b: ServerView) => number {
  const backwards = sort.startsWith('-')
  const direction = backwards ? -1 : 1
  const key = sort.replace('-', '') as SortKey // what is left of the union after its sign
  const value = VALUES[key]
  const nameDirection = key === 'name' ? direction : 1
  return (a, b) => compare(value(a), value(b), direction) || nameDirection * names.compare(a.name, b.name)
}

function compare(a: number | null, b: number | null, direction: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return direction * (a - b)
}

/**
 * Keeps rows where they were, so that none leaves from under the pointer: their content is what it is now, also of those
 * that the search does not find any more. Who is no more goes, who is new comes last.
 */
export function inHeldOrder(
  held: readonly Item[],
  now: readonly Item[],
  servers: ReadonlyMap<number, ServerView>,
): readonly Item[] {
  const kept = held.flatMap((item) => {
    if (item.kind === 'group') return [item]
    const server = servers.get(item.server.id)
    return server ? [asItem(server)] : []
  })
  const told = new Set(held.map((item) => item.kind === 'server' && item.server.id))
  return [...kept, ...now.filter((item) => item.kind === 'server' && !told.has(item.server.id))]
}

export const serversOf = (items: readonly Item[]): readonly ServerView[] =>
  items.flatMap((item) => (item.kind === 'server' ? [item.server] : []))
