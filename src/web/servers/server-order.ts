import type { ServerView } from '../../api/server-view.ts'

/** What needs a person stands first; equals by name, as people sort names. */
const URGENCY = {
  disconnected: 0,
  unhealthy: 0,
  circuit_open: 1,
  unknown: 2,
  healthy: 3,
  disabled: 4,
} as const satisfies Record<ServerView['health_status'], number>

const byName = new Intl.Collator('en', { numeric: true })

const byUrgency = (a: ServerView, b: ServerView): number =>
  URGENCY[a.health_status] - URGENCY[b.health_status] || byName.compare(a.name, b.name)

/** The servers with `q` in their name or description, whatever the case, the most urgent first. */
export function found(servers: readonly ServerView[], q = ''): readonly ServerView[] {
  const needle = q.toLowerCase()
  return servers
    .filter(
      ({ name, description }) => name.toLowerCase().includes(needle) || description.toLowerCase().includes(needle),
    )
    .sort(byUrgency)
}
