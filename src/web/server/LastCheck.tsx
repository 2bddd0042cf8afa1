import { useQuery } from '@tanstack/react-query'
import type { ServerView } from '../../api/server-view.ts'
import { latency } from '../../api/time-text.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { StageList } from '../ui/StageList.tsx'
import classes from './OverviewTab.module.css'
import { Panel } from './Panel.tsx'
import { lastCheckQuery } from './server-queries.ts'

/** Stage by stage, how the last check went. */
export function LastCheck({ server }: { server: ServerView }) {
  const log = useQuery(lastCheckQuery(server)).data?.logs[0]
  if (!log) {
    return (
      <Panel title="Last check">
        <p className={classes.quiet}>None yet.</p>
      </Panel>
    )
  }
  const { until, count, trigger, outcome, stages, error } = log
  // A run tells the mean; the server tells how long the last took.
  const took = (count > 1 ? server.response_time_ms : null) ?? log.response_time_ms
  return (
    <Panel title="Last check">
      <p>
        <RelativeTime time={until} />, {trigger}: {outcome} in {latency(took)}
      </p>
      <StageList stages={stages} />
      {error && (
        <p>
          {error.message} <span className={classes.quiet}>{error.next_action}</span>
        </p>
      )}
    </Panel>
  )
}
