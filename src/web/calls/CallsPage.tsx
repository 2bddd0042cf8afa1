import { Button, SegmentedControl } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconPlugConnected, IconZoomExclamation } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import classes from './Calls.module.css'
import { CallsFilters } from './CallsFilters.tsx'
import { CallTable } from './CallTable.tsx'
import { callSummaryQuery, callsQuery } from './calls-query.ts'
import type { CallsFilter, CallsSearch } from './calls-search.ts'
import { Tiles } from './Tiles.tsx'
import { ServerTraffic, TargetTraffic } from './TrafficTable.tsx'
import { useTail } from './use-tail.ts'

const route = getRouteApi('/shell/calls')

const VIEWS = [
  { value: 'calls', label: 'Calls' },
  { value: 'servers', label: 'By server' },
  { value: 'tools', label: 'By tool' },
] as const satisfies readonly { value: NonNullable<CallsSearch['view']>; label: string }[]

/** What agents ask of servers, as it happens; what one looks for lies in the URL. */
export function CallsPage() {
  usePageTitle('Calls')
  const { view = 'calls', ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const scroller = useRef<HTMLDivElement>(null)
  const tail = useTail(filter, scroller)
  const summary = useQuery(callSummaryQuery(filter))
  const list = useInfiniteQuery(callsQuery(filter))
  const change = (part: CallsSearch) => navigate({ search: (before) => ({ ...before, ...part }), replace: true })
  const calls = list.data?.pages.flatMap((page) => page.calls)
  const { data, error, refetch } = view === 'calls' ? list : summary
  const isEmpty = (view === 'calls' ? calls?.length : summary.data?.total.calls) === 0
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <h1 className={classes.title}>Calls</h1>
        <SegmentedControl
          aria-label="What is shown"
          data={[...VIEWS]}
          value={view}
          onChange={(chosen) =>
            change({ view: VIEWS.find(({ value }) => value === chosen && value !== 'calls')?.value })
          }
        />
        {view === 'calls' && (
          <Button
            variant="default"
            aria-pressed={tail.isPaused}
            leftSection={
              tail.isPaused ? <IconPlayerPlay size={15} aria-hidden /> : <IconPlayerPause size={15} aria-hidden />
            }
            onClick={() => tail.pause(!tail.isPaused)}
          >
            {tail.isPaused ? 'Paused' : 'Pause'}
          </Button>
        )}
        {view === 'calls' && tail.held > 0 && (
          <Button variant="light" onClick={tail.show}>
            Show {tail.held} new
          </Button>
        )}
      </div>
      <CallsFilters filter={filter} onFilter={change} />
      {summary.data && <Tiles total={summary.data.total} />}
      {error && !data && <ErrorPlate error={error} what="Calls" onRetry={() => refetch()} />}
      {!data && !error && <Loading what="calls" />}
      {isEmpty && <NoCalls filter={filter} />}
      {!isEmpty && view === 'calls' && calls && (
        <CallTable
          scroller={scroller}
          calls={calls}
          onEnd={() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage()}
        />
      )}
      {!isEmpty && view === 'servers' && summary.data && <ServerTraffic scroller={scroller} summary={summary.data} />}
      {!isEmpty && view === 'tools' && summary.data && <TargetTraffic scroller={scroller} summary={summary.data} />}
    </div>
  )
}

/** Either nothing fits, or nothing was called. */
function NoCalls({ filter: { period, ...rest } }: { filter: CallsFilter }) {
  if (Object.values(rest).some((wanted) => wanted !== undefined)) {
    return (
      <Plate Icon={IconZoomExclamation} title="No call fits">
        Nothing that was called in this time is what you look for.
      </Plate>
    )
  }
  return (
    <Plate
      Icon={IconPlugConnected}
      title={`No agent called anything in the last ${period ?? '1h'}`}
      action={
        <Button variant="default" renderRoot={(props) => <Link to="/agents" {...props} />}>
          Connect an agent
        </Button>
      }
    >
      What agents ask of servers through the gateway is shown here as it happens.
    </Plate>
  )
}
