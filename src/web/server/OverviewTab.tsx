import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useServer } from '../live/fleet-query.ts'
import { BreakerPanel } from './BreakerPanel.tsx'
import { Facts } from './Facts.tsx'
import { Incidents } from './Incidents.tsx'
import { LastCheck } from './LastCheck.tsx'
import { Latency } from './Latency.tsx'
import classes from './OverviewTab.module.css'
import { breakerQuery } from './server-queries.ts'
import { Uptime } from './Uptime.tsx'

const route = getRouteApi('/shell/mcps/$id')

/** What the checks of a server found, and what went wrong before. */
export function OverviewTab() {
  const { id } = route.useParams()
  const server = useServer(id)
  const breaker = useQuery(breakerQuery(id))
  if (!server) return null
  return (
    <div className={classes.panels}>
      <LastCheck server={server} />
      <BreakerPanel server={server} breaker={breaker.data} />
      <Latency server={server} />
      <Uptime server={server} />
      <Incidents server={server} />
      <Facts server={server} />
    </div>
  )
}
