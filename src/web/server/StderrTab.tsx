import { Button, CopyButton } from '@mantine/core'
import { IconTerminal2 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { api } from '../api/mcpApi.ts'
import { useServer } from '../live/fleet-query.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import classes from './StderrTab.module.css'

const route = getRouteApi('/shell/mcps/$id')

/** What the process of a stdio server wrote to stderr lately, as of its last check. */
export function StderrTab() {
  const { id } = route.useParams()
  const checkedAt = useServer(id)?.last_health_check
  const { data, error, refetch } = useQuery({
    queryKey: ['stderr', id, checkedAt],
    queryFn: ({ signal }) => api.getStderr({ params: { id }, signal }),
    placeholderData: (before) => before,
  })
  if (error) return <ErrorPlate error={error} what="stderr" onRetry={() => refetch()} />
  if (!data) return <Loading what="stderr" />
  const { stderr } = data
  if (!stderr) {
    return (
      <Plate Icon={IconTerminal2} title={stderr === null ? 'It never ran' : 'Nothing written yet'}>
        What its process writes to stderr is shown here, the last 64 KiB of it.
      </Plate>
    )
  }
  return (
    <section aria-label="stderr" className={classes.page}>
      <div className={classes.bar}>
        <CopyButton value={stderr}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
      <pre className={classes.text}>{stderr}</pre>
    </section>
  )
}
