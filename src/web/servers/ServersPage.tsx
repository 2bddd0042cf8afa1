import { IconZoomExclamation } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useMemo } from 'react'
import type { Fleet } from '../live/fleet.ts'
import { useFleet } from '../live/fleet-query.ts'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import { useHeldItems } from './held-items.ts'
import { MCPTable } from './MCPTable.tsx'
import { NoServers } from './NoServers.tsx'
import classes from './ServersPage.module.css'
import { ServersToolbar } from './ServersToolbar.tsx'
import { SummaryLine } from './SummaryLine.tsx'
import { useSelection } from './selection.ts'
import { COLUMNS } from './server-columns.ts'
import { arranged, serversOf } from './server-order.ts'
import { includes } from './servers-search.ts'
import { useTrailNews } from './trails.ts'

const route = getRouteApi('/shell/')
const BulkBar = lazy(async () => ({ default: (await import('./BulkBar.tsx')).BulkBar }))

const CheckProgress = lazy(async () => ({ default: (await import('./CheckProgress.tsx')).CheckProgress }))

/** All servers, how they are now, and what can be done about it. */
export function ServersPage() {
  usePageTitle('Servers')
  const fleet = useFleet()
  return fleet ? <Servers fleet={fleet} /> : <Loading what="the servers" />
}

function Servers({ fleet: { servers } }: { fleet: Fleet }) {
  useTrailNews()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const selection = useSelection()
  const found = useMemo(() => arranged(servers.values(), search), [servers, search])
  const { items, point } = useHeldItems(found, search, servers)
  const columns = useMemo(() => COLUMNS.filter(({ id }) => !includes(search.hide, id)), [search.hide])
  const shown = serversOf(items).length
  return (
    <div className={classes.page}>
      <ServersToolbar countText={countText(shown, servers.size)} />
      {servers.size > 0 && <SummaryLine servers={servers} />}
      {selection.isUsed && (
        <Suspense>
          <BulkBar servers={servers} selection={selection} />
        </Suspense>
      )}
      {search.job && (
        <Suspense>
          <CheckProgress
            jobId={search.job}
            onClose={() => navigate({ search: { ...search, job: undefined }, replace: true })}
          />
        </Suspense>
      )}
      {servers.size === 0 && <NoServers />}
      {servers.size > 0 && shown === 0 && (
        <Plate Icon={IconZoomExclamation} title="No server fits">
          Nothing is in the status and has the text you look for in its name or description.
        </Plate>
      )}
      {shown > 0 && <MCPTable items={items} columns={columns} selection={selection} onPointed={point} />}
    </div>
  )
}

const countText = (shown: number, all: number): string =>
  shown === all ? `${all} ${all === 1 ? 'server' : 'servers'}` : `${shown} of ${all}`
