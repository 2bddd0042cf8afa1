import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { ServerView } from '../../api/server-view.ts'
import { latency } from '../../api/time-text.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { latencyPoints } from './latency-points.ts'
import classes from './OverviewTab.module.css'
import { PERIODS } from './overview-search.ts'
import { Panel } from './Panel.tsx'
import { latencyQuery } from './server-queries.ts'

const route = getRouteApi('/shell/mcps/$id/')
const LatencyChart = lazy(async () => ({ default: (await import('./LatencyChart.tsx')).LatencyChart }))

/** How fast the server answers its checks, over a period to choose. */
export function Latency({ server }: { server: ServerView }) {
  const { period = '24h' } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery(latencyQuery(server, period))
  const points = data && latencyPoints(data.buckets, server.check_interval_seconds)
  const times = (points ?? []).flatMap(({ p99 }) => p99 ?? [])
  return (
    <Panel title="Latency" wide>
      <SegmentedControl
        aria-label="Period"
        className={classes.periods}
        transitionDuration={0}
        data={PERIODS}
        value={period}
        onChange={(chosen) => {
          const next = PERIODS.find((each) => each === chosen)
          void navigate({ search: { period: next }, replace: true, resetScroll: false })
        }}
      />
      {error && <ErrorPlate error={error} what="Latency" onRetry={() => refetch()} />}
      {!data && !error && <Loading what="latency" />}
      {data && points && (
        <figure className={classes.chart} data-drawn={times.length > 0 || undefined}>
          {times.length > 0 && (
            <Suspense fallback={<Loading what="the chart" />}>
              <LatencyChart points={points} periodMs={data.bucket_seconds * 1_000 * data.buckets.length} />
            </Suspense>
          )}
          <figcaption className={times.length > 0 ? 'sr-only' : classes.quiet}>
            {times.length > 0 ? `The slowest checks took ${latency(Math.max(...times))}` : 'No check was answered'}{' '}
            within {period}.
          </figcaption>
        </figure>
      )}
    </Panel>
  )
}
