import { useQuery } from '@tanstack/react-query'
import { percent } from '../../api/ratio-text.ts'
import type { ServerView } from '../../api/server-view.ts'
import { latency, span } from '../../api/time-text.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import classes from './OverviewTab.module.css'
import { Panel } from './Panel.tsx'
import { uptimeQuery } from './server-queries.ts'

/** Availability and latency over each period. */
export function Uptime({ server }: { server: ServerView }) {
  const { data, error, refetch } = useQuery(uptimeQuery(server))
  return (
    <Panel title="Uptime and latency" wide>
      {error && <ErrorPlate error={error} what="Uptime" onRetry={() => refetch()} />}
      {!data && !error && <Loading what="uptime" />}
      {data && (
        <div className={classes.scroller}>
          <table className={classes.table}>
            <thead className={classes.columns}>
              <tr>
                <th scope="col">Period</th>
                <th scope="col" title="Share of known time">
                  Uptime
                </th>
                <th scope="col">Down</th>
                <th scope="col" title="Disabled, not checked, or waiting for credentials">
                  Unknown
                </th>
                <th scope="col">Incidents</th>
                <th scope="col">Checks</th>
                <th scope="col">p50</th>
                <th scope="col">p95</th>
                <th scope="col">p99</th>
              </tr>
            </thead>
            <tbody>
              {data.periods.map((row) => (
                <tr key={row.period}>
                  <th scope="row">{row.period}</th>
                  <td>{percent(row.uptime_ratio)}</td>
                  <td>{span(row.down_seconds * 1_000)}</td>
                  <td>{span(row.unknown_seconds * 1_000)}</td>
                  <td>{row.incidents}</td>
                  <td>{row.checks}</td>
                  <td>{latency(row.latency.p50_ms)}</td>
                  <td>{latency(row.latency.p95_ms)}</td>
                  <td>{latency(row.latency.p99_ms)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
