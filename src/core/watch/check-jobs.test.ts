import { expect, test } from 'vitest'
import { FakeClock, rise } from '../../../test/support/fakes.ts'
import { Feed } from '../feed.ts'
import { serverId } from '../ids.ts'
import { type CheckJob, CheckJobs } from './check-jobs.ts'

function setup() {
  const checks: PromiseWithResolvers<never>[] = []
  let jobs = 0
  const made = new CheckJobs({
    monitor: {
      checkNow: () => {
        const check = Promise.withResolvers<never>()
        checks.push(check)
        return check.promise
      },
    },
    progress: new Feed<CheckJob>(rise),
    clock: new FakeClock(),
    newId: () => `job-${++jobs}`,
  })
  return { jobs: made, checks }
}

test('at most 20 jobs run at once, and one that ended makes room', async () => {
  const { jobs, checks } = setup()
  for (let job = 0; job < 20; job++) jobs.start([serverId(1)])
  expect(() => jobs.start([serverId(1)])).toThrow(expect.objectContaining({ code: 'rate_limited' }))
  checks[0]?.reject(new Error('it could not be made'))
  await expect.poll(() => jobs.get('job-1').finishedAt).toBeDefined()
  expect(jobs.get('job-1').results).toEqual([{ serverId: 1, status: undefined }])
  expect(jobs.start([serverId(1)]).total).toBe(1)
})
