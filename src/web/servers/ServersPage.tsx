import { TextInput } from '@mantine/core'
import { IconSearch, IconServerOff, IconZoomExclamation } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ServerView } from '../../api/server-view.ts'
import { getServer, reloadServer, triggerHealthCheck } from '../api/mcpApi.ts'
import { keepView, useFleet } from '../live/fleet-query.ts'
import { announce } from '../ui/announce.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { notify } from '../ui/notify.ts'
import { Plate } from '../ui/Plate.tsx'
import { checkText } from './check-text.ts'
import { MCPTable } from './MCPTable.tsx'
import classes from './ServersPage.module.css'
import { found } from './server-order.ts'

const route = getRouteApi('/shell/')

/** All servers, how they are now, and what can be done about it. */
export function ServersPage() {
  const { q } = route.useSearch()
  const navigate = route.useNavigate()
  const fleet = useFleet()
  const servers = useMemo(() => fleet && found([...fleet.servers.values()], q), [fleet, q])
  const refresh = useRefresh()
  const handleReloadServer = (server: ServerView) => refresh.mutate(server)
  if (!fleet || !servers) return <Loading what="the servers" />
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <h1 className={classes.title}>Servers</h1>
        <TextInput
          type="search"
          aria-label="Find servers"
          placeholder="Find by name or description"
          leftSection={<IconSearch size={15} aria-hidden />}
          className={classes.search}
          value={q ?? ''}
          onChange={({ currentTarget: { value } }) => navigate({ search: value ? { q: value } : {}, replace: true })}
        />
        <span className={classes.count}>{countText(servers.length, fleet.servers.size)}</span>
      </div>
      {fleet.servers.size === 0 && (
        <Plate Icon={IconServerOff} title="No servers yet">
          Register your first MCP server, or import the mcp.json of a client you use: omni2 import ~/.cursor/mcp.json
        </Plate>
      )}
      {fleet.servers.size > 0 && servers.length === 0 && (
        <Plate Icon={IconZoomExclamation} title="No server fits">
          Nothing has “{q}” in its name or description.
        </Plate>
      )}
      {servers.length > 0 && (
        <MCPTable
          servers={servers}
          busyId={refresh.isPending ? refresh.variables.id : undefined}
          onReload={handleReloadServer}
        />
      )}
    </div>
  )
}

/** Healthy servers are connected anew, all others are checked as they are; either way the result is told. */
function useRefresh() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ id, health_status }: ServerView) =>
      health_status === 'healthy' ? reloadServer(id) : triggerHealthCheck(id),
    onSuccess: async (answer) => {
      const { title, detail, tone } = checkText(answer)
      notify(tone, title, detail)
      announce(`${title}. ${detail}`)
      // The live connection brings it too; whichever is newer stays.
      keepView(queryClient, await getServer(answer.server_id))
    },
    onError: (error, { name }) => notify('bad', `${name} could not be checked`, errorText(error)),
  })
}

const countText = (shown: number, all: number): string =>
  shown === all ? `${all} ${all === 1 ? 'server' : 'servers'}` : `${shown} of ${all}`
