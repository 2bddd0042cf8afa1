import { getRouteApi } from '@tanstack/react-router'
import { latency } from '../../api/time-text.ts'
import { useServer } from '../live/fleet-query.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './OverviewTab.module.css'

const route = getRouteApi('/shell/mcps/$id')

/** What is known of a server's health, and what comes next. */
export function OverviewTab() {
  const server = useServer(route.useParams().id)
  if (!server) return null
  const { circuit } = server
  return (
    <dl className={classes.facts}>
      <dt>Last check</dt>
      <dd>
        <RelativeTime time={server.last_health_check} />
      </dd>
      <dt>Next check</dt>
      <dd>
        <RelativeTime time={server.next_check_at} as="until" />
      </dd>
      <dt>Latency</dt>
      <dd>{latency(server.response_time_ms)}</dd>
      <dt>Circuit</dt>
      <dd>
        {circuit.state.replace('_', ' ')}, {circuit.failure_count} failures
      </dd>
      <dt>{server.command === null ? 'URL' : 'Command'}</dt>
      <dd>
        <code>{server.url ?? [server.command, ...server.args].join(' ')}</code>
      </dd>
    </dl>
  )
}
