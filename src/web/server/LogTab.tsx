import { Button, MultiSelect } from '@mantine/core'
import { IconDownload, IconListSearch } from '@tabler/icons-react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect } from 'react'
import { target } from '../../api/client.ts'
import { ROUTES } from '../../api/routes.ts'
import { useServer } from '../live/fleet-query.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import { STATUS_LOOK } from '../ui/status-look.ts'
import classes from './LogTab.module.css'
import { LogTable } from './LogTable.tsx'
import { logQuery } from './log-query.ts'
import { type LogSearch, STATUSES, TRIGGERS } from './log-search.ts'

const route = getRouteApi('/shell/mcps/$id/log')

const STATUS_CHOICES = STATUSES.map((value) => ({ value, label: STATUS_LOOK[value].label }))

/** Every check of the server, the newest first, growing while one looks. */
export function LogTab() {
  const { id } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const filter = (change: LogSearch) => navigate({ search: { ...search, ...change }, replace: true })
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    logQuery(id, search),
  )
  useNewChecks(id)
  const logs = data?.pages.flatMap((page) => page.logs)
  return (
    <section aria-label="Health log">
      <div className={classes.bar}>
        <MultiSelect
          aria-label="Trigger"
          placeholder={search.trigger ? '' : 'Any trigger'}
          data={TRIGGERS}
          value={search.trigger ?? []}
          clearable
          onChange={(trigger) => filter({ trigger: some(TRIGGERS, trigger) })}
        />
        <MultiSelect
          aria-label="Status"
          placeholder={search.status ? '' : 'Any status'}
          data={STATUS_CHOICES}
          value={search.status ?? []}
          clearable
          onChange={(status) => filter({ status: some(STATUSES, status) })}
        />
        <div className={classes.files}>
          {(['csv', 'json'] as const).map((format) => (
            <Button
              key={format}
              component="a"
              variant="default"
              href={target(ROUTES.exportHealthLogs.path, { params: { id }, query: { ...search, format } })}
              download
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              {format.toUpperCase()}
            </Button>
          ))}
        </div>
      </div>
      {error && <ErrorPlate error={error} what="The log" onRetry={() => refetch()} />}
      {!logs && !error && <Loading what="the log" />}
      {logs?.length === 0 && (
        <Plate Icon={IconListSearch} title="No check fits">
          Every check is kept here, whoever or whatever asked for it.
        </Plate>
      )}
      {logs && logs.length > 0 && <LogTable logs={logs} />}
      {hasNextPage && (
        <div className={classes.more}>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </section>
  )
}

/** Asks for the log again whenever the server was checked. */
function useNewChecks(id: number): void {
  const queryClient = useQueryClient()
  const checkedAt = useServer(id)?.last_health_check
  useEffect(() => {
    if (checkedAt) void queryClient.invalidateQueries({ queryKey: ['health-logs', id] })
  }, [queryClient, id, checkedAt])
}

/** Those of `all` that were chosen; undefined for none, which means any. */
function some<T extends string>(all: readonly T[], chosen: readonly string[]): T[] | undefined {
  const known = all.filter((value) => chosen.includes(value))
  return known.length > 0 ? known : undefined
}
