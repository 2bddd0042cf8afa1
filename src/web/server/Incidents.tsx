import { useQuery } from '@tanstack/react-query'
import type { IncidentView } from '../../api/incidents.ts'
import type { ServerView } from '../../api/server-view.ts'
import { span } from '../../api/time-text.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { StatusMark } from '../ui/StatusMark.tsx'
import classes from './OverviewTab.module.css'
import { Panel } from './Panel.tsx'
import { incidentsQuery } from './server-queries.ts'

/** Outages, what began each of them and what ended it. */
export function Incidents({ server }: { server: ServerView }) {
  const { data, error, refetch } = useQuery(incidentsQuery(server))
  return (
    <Panel title="Incidents" wide>
      {error && <ErrorPlate error={error} what="Incidents" onRetry={() => refetch()} />}
      {!data && !error && <Loading what="incidents" />}
      {data?.incidents.length === 0 && <p className={classes.quiet}>None that is remembered.</p>}
      {data && data.incidents.length > 0 && (
        <ul className={classes.incidents}>
          {data.incidents.map((incident) => (
            <IncidentRow key={incident.id} incident={incident} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function IncidentRow({ incident }: { incident: IncidentView }) {
  const { started_at, ended_at, duration_seconds, cause, worst_status, ended_by } = incident
  return (
    <li>
      <StatusMark status={worst_status} />
      <span>
        {cause.message}{' '}
        <span className={classes.quiet}>
          {cause.code}
          {cause.stage && ` at ${cause.stage.replace('_', ' ')}`}
        </span>
      </span>
      <span className={classes.quiet}>
        began <RelativeTime time={started_at} />,{' '}
        {ended_at === null ? (
          'goes on'
        ) : (
          <>
            lasted {span(duration_seconds * 1_000)}, ended by {ended_by}
          </>
        )}
      </span>
    </li>
  )
}
