import { Menu, UnstyledButton } from '@mantine/core'
import { useThrottledCallback } from '@mantine/hooks'
import { IconFlame } from '@tabler/icons-react'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ServerView } from '../../api/server-view.ts'
import { api } from '../api/mcpApi.ts'
import { useLiveEvents } from '../live/live-context.ts'
import { StatusMark } from '../ui/StatusMark.tsx'
import classes from './SummaryLine.module.css'
import { BY_URGENCY } from './server-order.ts'
import { includes, type ServersSearch, toggled } from './servers-search.ts'

const route = getRouteApi('/shell/')

/** How many servers are in each status, which filters by it, and how many incidents go on. */
export function SummaryLine({ servers }: { servers: ReadonlyMap<number, ServerView> }) {
  const { status } = route.useSearch()
  const navigate = route.useNavigate()
  const counts = new Map<string, number>()
  for (const { health_status } of servers.values()) counts.set(health_status, (counts.get(health_status) ?? 0) + 1)
  return (
    <fieldset className={classes.line}>
      <legend className="sr-only">Filter by status</legend>
      {BY_URGENCY.filter((each) => counts.has(each) || includes(status, each)).map((each) => (
        <UnstyledButton
          key={each}
          className={classes.count}
          aria-pressed={includes(status, each)}
          onClick={() =>
            navigate({
              search: (before: ServersSearch) => ({ ...before, status: toggled(before.status, each) }),
              replace: true,
            })
          }
        >
          <StatusMark status={each} />
          <span>{counts.get(each) ?? 0}</span>
        </UnstyledButton>
      ))}
      <OpenIncidents />
    </fieldset>
  )
}

const openIncidentsQuery = queryOptions({
  queryKey: ['incidents', 'open'],
  queryFn: ({ signal }) => api.listIncidents({ query: { open: true, limit: 1_000 }, signal }),
})

const RELOAD_MS = 1_000
const MOST_LISTED = 12

function OpenIncidents() {
  const queryClient = useQueryClient()
  const incidents = useQuery(openIncidentsQuery).data?.incidents ?? []
  const reload = useThrottledCallback(() => queryClient.invalidateQueries(openIncidentsQuery), RELOAD_MS)
  useLiveEvents(({ event_type }) => {
    if (event_type === 'mcp_status_change' || event_type === 'mcp_server_deleted') reload()
  })
  if (incidents.length === 0) return null
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes.count}>
          <IconFlame size={16} stroke={1.75} aria-hidden />
          {incidents.length} open {incidents.length === 1 ? 'incident' : 'incidents'}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.incidents}>
        {incidents.slice(0, MOST_LISTED).map(({ id, server_id, server_name, cause }) => (
          <Menu.Item key={id} renderRoot={(props) => <Link to="/mcps/$id" params={{ id: server_id }} {...props} />}>
            {server_name}: {cause.message}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
