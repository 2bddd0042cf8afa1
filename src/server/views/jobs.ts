import type { JobProgress, JobView } from '../../api/jobs.ts'
import type { CheckJob } from '../../core/watch/check-jobs.ts'
import { iso, isoOrNull } from './time.ts'

export const jobView = (job: CheckJob): JobView => ({
  ...jobProgress(job),
  results: job.results.map(({ serverId, status }) => ({ server_id: serverId, health_status: status ?? null })),
})

export const jobProgress = ({ id, total, results, startedAt, finishedAt }: CheckJob): JobProgress => ({
  job_id: id,
  status: finishedAt === undefined ? 'running' : 'finished',
  total,
  done: results.length,
  started_at: iso(startedAt),
  finished_at: isoOrNull(finishedAt),
})
