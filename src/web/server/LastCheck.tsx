import { useQuery } from '@tanstack/react-query'
import type { ServerView } from '../../api/server-view.ts'
import { latency } from '../../api/time-text.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { StageList } from '../ui/StageList.tsx'
import classes from './OverviewTab.module.css'
import { Panel } from './Panel.tsx'
import { lastCheckQuery } from './server-queries.ts'

/** Stage by stage, how the last check went. */
export function LastCheck({ server }: { server: ServerView }) {
  const { data, error, refetch } = useQuery(lastCheckQuery(server))
  const log = data?.logs[0]
  if (!log) {
    return (
      <Panel title="Last check">
        {error && <ErrorPlate error={error} what="The last check" onRetry={() => refetch()} />}
        {!data && !error && <Loading what="the last check" />}
        {data && <p className={classes.quiet}>None yet.</p>}
      </Panel>
    )
  }
  const { until, count, trigger, outcome, stages, error: failure } = log
  // A run tells the mean; the server tells how long the last took.
  const took = (count > 1 ? server.response_time_ms : null) ?? log.response_time_ms
  return (
    <Panel title="Last check">
      <p>
        <RelativeTime time={until} />, {trigger}: {outcome} in {latency(took)}
      </p>
      <StageList stages={stages} />
      {failure && (
        <p>
          {failure.message} <span className={classes.quiet}>{failure.next_action}</span>
        </p>
      )}
    </Panel>
  )
}
