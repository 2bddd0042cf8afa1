import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ServerView } from '../../api/server-view.ts'
import { api } from '../api/mcpApi.ts'
import { keepJob } from '../live/check-job.ts'
import { announce } from '../ui/announce.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { BULK_CHANGES, type BulkKind, type BulkProgress, changeEach } from './bulk-change.ts'

/** What is being done to many servers at once. */
export function useBulk() {
  const queryClient = useQueryClient()
  const [progress, setProgress] = useState<BulkProgress>()
  const navigate = useNavigate({ from: '/' })
  const check = useMutation({
    mutationFn: (servers: readonly ServerView[]) => api.checkServers({ body: { ids: servers.map(({ id }) => id) } }),
    onSuccess: (job) => {
      keepJob(queryClient, job)
      return navigate({ search: (search) => ({ ...search, job: job.job_id }), replace: true })
    },
    onError: (error) => notify('bad', 'The checks could not be started', errorText(error)),
  })
  const change = useMutation({
    mutationFn: ({ kind, servers }: { kind: BulkKind; servers: readonly ServerView[] }) =>
      changeEach(kind, servers, setProgress),
    onSuccess: ({ done, failed }, { kind, servers }) => {
      const title = `${BULK_CHANGES[kind].past} ${countOf(done - failed.length)}`
      const undo = kind === 'disable' && (
        <Button
          variant="default"
          onClick={() => change.mutate({ kind: 'enable', servers: servers.filter(({ enabled }) => enabled) })}
        >
          Enable again
        </Button>
      )
      const reasons = failed.map(({ name, why }) => `${name}: ${why}`).join('; ')
      notify(
        failed.length > 0 ? 'bad' : 'good',
        title,
        <>
          {reasons} {undo}
        </>,
      )
      announce(`${title}. ${reasons}`)
    },
  })
  return {
    check: check.mutate,
    change: change.mutate,
    isBusy: check.isPending || change.isPending,
    /** Of a change that is going on. */
    running:
      change.isPending && progress ? { label: BULK_CHANGES[change.variables.kind].doing, ...progress } : undefined,
  }
}

export const countOf = (servers: number): string => (servers === 1 ? '1 server' : `${servers} servers`)
