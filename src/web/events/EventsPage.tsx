import { Button, MultiSelect } from '@mantine/core'
import { IconListSearch } from '@tabler/icons-react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { STORED_EVENT_TYPES } from '../../api/events-view.ts'
import { useLiveEvents } from '../live/live-context.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import { EventRow } from './EventRow.tsx'
import classes from './EventsPage.module.css'
import { eventsQuery } from './events-query.ts'
import { type EventsSearch, SEVERITIES } from './events-search.ts'

const route = getRouteApi('/shell/events')

/** Everything that happened, the newest first, growing while one looks. */
export function EventsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const queryClient = useQueryClient()
  const filter = (change: EventsSearch) => navigate({ search: { ...search, ...change }, replace: true })
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(eventsQuery(search))
  useLiveEvents((event) => {
    if ('seq' in event) void queryClient.invalidateQueries({ queryKey: ['events'] }, { cancelRefetch: false })
  })
  const events = data?.pages.flatMap((page) => page.events)
  return (
    <section aria-label="Events" className={classes.page}>
      <div className={classes.bar}>
        <h1 className={classes.title}>Events</h1>
        <MultiSelect
          aria-label="Kind"
          placeholder={search.type ? '' : 'Any kind'}
          data={STORED_EVENT_TYPES}
          value={search.type ?? []}
          clearable
          onChange={(type) => filter({ type: some(STORED_EVENT_TYPES, type) })}
        />
        <MultiSelect
          aria-label="Severity"
          placeholder={search.severity ? '' : 'Any severity'}
          data={SEVERITIES}
          value={search.severity ?? []}
          clearable
          onChange={(severity) => filter({ severity: some(SEVERITIES, severity) })}
        />
      </div>
      {error && <ErrorPlate error={error} what="Events" onRetry={() => refetch()} />}
      {!events && !error && <Loading what="events" />}
      {events?.length === 0 && <Plate Icon={IconListSearch} title="Nothing that fits happened lately" />}
      <ol className={classes.events}>
        {events?.map((event) => (
          <EventRow key={event.seq} event={event} />
        ))}
      </ol>
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
          Show older
        </Button>
      )}
    </section>
  )
}

/** Those of `all` that were chosen; undefined for none, which means any. */
function some<T extends string>(all: readonly T[], chosen: readonly string[]): T[] | undefined {
  const known = all.filter((value) => chosen.includes(value))
  return known.length > 0 ? known : undefined
}
