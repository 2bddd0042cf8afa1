import { Spotlight } from '@mantine/spotlight'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { Ref } from 'react'
import { api } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { keepJob } from '../live/check-job.ts'
import { useFleet } from '../live/fleet-query.ts'
import { refreshServer } from '../live/refresh-server.tsx'
import { arranged, serversOf } from '../servers/server-order.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { STATUS_LOOK } from '../ui/status-look.ts'
import classes from './Palette.module.css'

type Command = { readonly label: string; readonly description?: string; readonly run: () => void }

const MOST_SERVERS = 8

type Props = {
  readonly field: Ref<HTMLInputElement>
  readonly query: string
  readonly onQuery: (query: string) => void
  /** Its field takes from here on what is typed. */
  readonly onField: () => void
  readonly onClose: () => void
}

/** Goes to a server or a page and does what is done often, by typing. */
export function Palette({ field, query, onQuery, onField, onClose }: Props) {
  const commands = useCommands(query)
  return (
    <Spotlight.Root
      shortcut={null}
      query={query}
      onQueryChange={onQuery}
      onSpotlightClose={onClose}
      lockScroll={false}
      scrollable
      attributes={{ content: { 'aria-label': 'Command palette' } }}
      classNames={{ actionDescription: classes.description ?? '' }}
    >
      <Spotlight.Search
        ref={field}
        placeholder="Server, page or action"
        aria-label="Server, page or action"
        onFocus={onField}
      />
      <Spotlight.ActionsList>
        {commands.map(({ label, description, run }) => (
          <Spotlight.Action key={label} label={label} description={description} onClick={run} />
        ))}
        {commands.length === 0 && <Spotlight.Empty>Nothing is called that</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}

/** Servers only once something is typed: nobody reads a list of them here. */
function useCommands(query: string): readonly Command[] {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const fleet = useFleet()
  const mayCheck = useMay('operator')
  const mayAdd = useMay('admin')
  const text = query.trim()
  const servers = text && fleet ? serversOf(arranged(fleet.servers.values(), { q: text })).slice(0, MOST_SERVERS) : []
  const checkAll = () =>
    api.checkServers({ body: { filter: {} } }).then(
      (job) => {
        keepJob(queryClient, job)
        return navigate({ to: '/', search: { job: job.job_id } })
      },
      (error) => notify('bad', 'The checks could not be started', errorText(error)),
    )
  const fixed: readonly (Command | false)[] = [
    { label: 'Servers', run: () => navigate({ to: '/' }) },
    { label: 'Servers by status', run: () => navigate({ to: '/', search: { group: 'status' } }) },
    { label: 'Events', run: () => navigate({ to: '/events' }) },
    { label: 'Calls of agents', run: () => navigate({ to: '/calls' }) },
    { label: 'Agents and collections', run: () => navigate({ to: '/agents' }) },
    { label: 'Settings', run: () => navigate({ to: '/settings' }) },
    mayAdd && { label: 'Add server', run: () => navigate({ to: '/add' }) },
    mayAdd && { label: 'Import servers', run: () => navigate({ to: '/import' }) },
    mayCheck && { label: 'Check all servers', run: checkAll },
  ]
  const named = fixed.filter((command) => command !== false)
  return [
    ...servers.map((server) => ({
      label: server.name,
      description: STATUS_LOOK[server.health_status].label,
      run: () => navigate({ to: '/mcps/$id', params: { id: server.id } }),
    })),
    ...(mayCheck ? servers.slice(0, 1) : []).map((server) => ({
      label: `Check ${server.name}`,
      run: () => refreshServer(queryClient, server),
    })),
    ...named.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase())),
  ]
}
