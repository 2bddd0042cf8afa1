import { CloseButton, Progress } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api/mcpApi.ts'
import { checkJobQuery } from '../live/check-job.ts'
import { STATUS_LOOK } from '../ui/status-look.ts'
import classes from './BulkBar.module.css'
import { BY_URGENCY } from './server-order.ts'
import { countOf } from './use-bulk.tsx'

/** How far a job of checks is, and then what it found. */
export function CheckProgress({ jobId, onClose }: { jobId: string; onClose: () => void }) {
  const job = useQuery(checkJobQuery(jobId)).data
  const isFinished = job?.status === 'finished'
  const results = useQuery({
    queryKey: ['check-job', jobId, 'results'],
    queryFn: ({ signal }) => api.getCheckJob({ params: { job_id: jobId }, signal }),
    enabled: isFinished,
  }).data?.results
  if (!job) return null
  return (
    <div className={classes.bar} role="status">
      {isFinished ? `Checked ${countOf(job.total)}` : `Checking ${job.done} of ${job.total}`}
      {isFinished && results && `: ${tally(results)}`}
      <Progress className={classes.progress} value={(job.done / job.total) * 100} aria-label="Checks" />
      {isFinished && <CloseButton size="sm" aria-label="Close" onClick={onClose} />}
    </div>
  )
}

function tally(results: readonly { readonly health_status: keyof typeof STATUS_LOOK | null }[]): string {
  const count = (status: keyof typeof STATUS_LOOK | null) =>
    results.filter(({ health_status }) => health_status === status).length
  const found = BY_URGENCY.map((status) => [count(status), STATUS_LOOK[status].label.toLowerCase()] as const)
  return [...found, [count(null), 'not checked'] as const]
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(', ')
}
