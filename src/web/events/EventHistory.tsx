import { Button, MultiSelect } from '@mantine/core'
import { IconListSearch } from '@tabler/icons-react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { STORED_EVENT_TYPES } from '../../api/events-view.ts'
import { useFleet } from '../live/fleet-query.ts'
import { useLiveEvents } from '../live/live-context.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import { EventRow } from './EventRow.tsx'
import classes from './EventsPage.module.css'
import { eventsQuery } from './events-query.ts'
import { type EventsSearch, SEVERITIES } from './events-search.ts'

type Props = {
  readonly filter: EventsSearch
  readonly onFilter: (filter: EventsSearch) => void
  readonly isNarrow?: boolean
}

const MOST_OFFERED = 20

/** Everything that happened, the newest first, growing while one looks; and what to leave out. */
export function EventHistory({ filter, onFilter, isNarrow }: Props) {
  const queryClient = useQueryClient()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(eventsQuery(filter))
  const names = [...(useFleet()?.servers.values() ?? [])].map(({ name }) => name).sort()
  useLiveEvents((event) => {
    if ('seq' in event) void queryClient.invalidateQueries({ queryKey: ['events'] }, { cancelRefetch: false })
  })
  const events = data?.pages.flatMap((page) => page.events)
  return (
    <>
      <div className={classes.bar}>
        <MultiSelect
          aria-label="Server"
          placeholder={filter.server ? '' : 'Any server'}
          data={names}
          value={filter.server ?? []}
          limit={MOST_OFFERED}
          searchable
          clearable
          onChange={(server) => onFilter({ ...filter, server: server.length > 0 ? server : undefined })}
        />
        <MultiSelect
          aria-label="Kind"
          placeholder={filter.type ? '' : 'Any kind'}
          data={STORED_EVENT_TYPES}
          value={filter.type ?? []}
          clearable
          onChange={(type) => onFilter({ ...filter, type: some(STORED_EVENT_TYPES, type) })}
        />
        <MultiSelect
          aria-label="Severity"
          placeholder={filter.severity ? '' : 'Any severity'}
          data={SEVERITIES}
          value={filter.severity ?? []}
          clearable
          onChange={(severity) => onFilter({ ...filter, severity: some(SEVERITIES, severity) })}
        />
      </div>
      {error && <ErrorPlate error={error} what="Events" onRetry={() => refetch()} />}
      {!events && !error && <Loading what="events" />}
      {events?.length === 0 && <Plate Icon={IconListSearch} title="Nothing that fits happened" />}
      <ol className={classes.events} data-narrow={isNarrow}>
        {events?.map((event) => (
          <EventRow key={event.seq} event={event} />
        ))}
      </ol>
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
          Show older
        </Button>
      )}
    </>
  )
}

/** Those of `all` that were chosen; undefined for none, which means any. */
function some<T extends string>(all: readonly T[], chosen: readonly string[]): T[] | undefined {
  const known = all.filter((value) => chosen.includes(value))
  return known.length > 0 ? known : undefined
}
