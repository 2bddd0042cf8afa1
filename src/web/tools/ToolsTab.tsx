import { Anchor } from '@mantine/core'
import { IconTool } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { capabilitiesQuery } from '../api/capabilities-query.ts'
import { useServer } from '../live/fleet-query.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import { ToolList } from './ToolList.tsx'
import classes from './ToolsTab.module.css'
import { ToolTester } from './ToolTester.tsx'

const route = getRouteApi('/shell/mcps/$id/tools')

/** Tries the tools of a server, one at a time. */
export function ToolsTab() {
  const { id } = route.useParams()
  const search = route.useSearch()
  const server = useServer(id)
  const { data, error, refetch } = useQuery(
    capabilitiesQuery({ id, last_health_check: server?.last_health_check ?? null }),
  )
  if (error) return <ErrorPlate error={error} what="The tools" onRetry={() => refetch()} />
  if (!data || !server) return <Loading what="the tools" />
  const { tools, seen_at } = data
  if (tools.length === 0) {
    return (
      <Plate Icon={IconTool} title={seen_at === null ? 'Never seen' : 'No tools'}>
        {seen_at === null
          ? 'What the server offers is listed with its first deep check that passes.'
          : 'The server was last seen without any.'}
      </Plate>
    )
  }
  const chosen = search.tool === undefined ? tools[0] : tools.find(({ name }) => name === search.tool)
  return (
    <div className={classes.page} data-chosen={search.tool !== undefined || undefined}>
      <ToolList tools={tools} chosen={chosen?.name} />
      <div className={classes.tester}>
        <Anchor className={classes.back} renderRoot={(props) => <Link from="/mcps/$id/tools" search={{}} {...props} />}>
          All tools
        </Anchor>
        {chosen ? (
          <ToolTester key={`${chosen.name} ${chosen.hash}`} server={server} capability={chosen} />
        ) : (
          <Plate Icon={IconTool} title="There is no such tool">
            {server.name} was last seen without {search.tool}.
          </Plate>
        )}
      </div>
    </div>
  )
}
