import { type QueryClient, queryOptions } from '@tanstack/react-query'
import type { JobProgress } from '../../api/jobs.ts'
import { api } from '../api/mcpApi.ts'

/** How far a job of checks is. Asked for once; the live connection brings every step. */
export const checkJobQuery = (jobId: string) =>
  queryOptions<JobProgress>({
    queryKey: ['check-job', jobId],
    queryFn: async ({ client, queryKey, signal }) => {
      const job = await api.getCheckJob({ params: { job_id: jobId }, signal })
      return further(client.getQueryData<JobProgress>(queryKey), job)
    },
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Takes in how far a job is; what is further stays, in whatever order answers and pushes come. */
export function keepJob(queryClient: QueryClient, job: JobProgress): void {
  queryClient.setQueryData(checkJobQuery(job.job_id).queryKey, (known) => further(known, job))
}

const further = (known: JobProgress | undefined, told: JobProgress): JobProgress =>
  known && (known.status === 'finished' || known.done > told.done) ? known : told
