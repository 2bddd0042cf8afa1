import { IconHandClick } from '@tabler/icons-react'
import type { HealthLogView } from '../../api/log-view.ts'
import { latency, localTime } from '../../api/time-text.ts'
import { StageList } from '../ui/StageList.tsx'
import { StatusMark } from '../ui/StatusMark.tsx'
import classes from './LogTab.module.css'

/** Checks as rows; a run of scheduled checks that passed alike is one of them. */
export const LogTable = ({ logs }: { logs: readonly HealthLogView[] }) => (
  <div className={classes.scroller}>
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Trigger</th>
          <th scope="col">Status after</th>
          <th scope="col">Latency</th>
          <th scope="col">What happened</th>
        </tr>
      </thead>
      <tbody>
        {logs.map((log) => (
          <LogRow key={log.id} log={log} />
        ))}
      </tbody>
    </table>
  </div>
)

function LogRow({ log }: { log: HealthLogView }) {
  const { until, trigger, health_status, response_time_ms, stages, error } = log
  return (
    <tr>
      <td>
        <time dateTime={until} title={until}>
          {localTime(until)}
        </time>
      </td>
      <td>
        <span className={classes.trigger} data-trigger={trigger}>
          {trigger === 'manual' && <IconHandClick size={14} stroke={1.75} aria-hidden />}
          {trigger}
        </span>
      </td>
      <td>
        <StatusMark status={health_status} />
      </td>
      <td className={classes.number}>{latency(response_time_ms)}</td>
      <td className={classes.wide}>
        {error ? (
          <>
            <span>{error.message}</span> <span className={classes.quiet}>{error.next_action}</span>
          </>
        ) : (
          <span>{summary(log)}</span>
        )}
        <StageList stages={stages} />
      </td>
    </tr>
  )
}

function summary({ count, timestamp, outcome, fastest_ms, slowest_ms }: HealthLogView): string {
  if (count === 1) return outcome
  return `${count} checks ${outcome} since ${localTime(timestamp)}, ${latency(fastest_ms)} to ${latency(slowest_ms)}`
}
