import { expect, test } from 'vitest'
import { FakeClock, rise, settle } from '../../../test/support/fakes.ts'
import { answer } from '../../../test/support/simulation.ts'
import { watched } from '../../../test/support/watched.ts'
import { Feed } from '../feed.ts'
import { serverId } from '../ids.ts'
import { type CheckJob, CheckJobs } from './check-jobs.ts'
import type { CheckReport } from './monitor.ts'

const one = serverId(1)
const other = serverId(2)
const WALL = Date.UTC(2026, 0, 1)

/** Jobs whose checks end when told, in the order they were asked for. */
function setup() {
  const clock = new FakeClock()
  const checks: PromiseWithResolvers<CheckReport>[] = []
  const asked: unknown[] = []
  const told: CheckJob[] = []
  const progress = new Feed<CheckJob>(rise)
  progress.subscribe((job) => told.push({ ...job, results: [...job.results] }))
  let jobs = 0
  const made = new CheckJobs({
    monitor: {
      checkNow: (...how) => {
        const check = Promise.withResolvers<CheckReport>()
        asked.push(how)
        checks.push(check)
        return check.promise
      },
    },
    progress,
    clock,
    newId: () => `job-${++jobs}`,
  })
  const passes = async (check: number) => {
    checks[check]?.resolve({ member: watched('ok'), previousStatus: 'unknown', result: answer('ok'), at: clock.wall() })
    await settle()
  }
  const fails = async (check: number) => {
    checks[check]?.reject(new Error('it could not be made'))
    await settle()
  }
  return { jobs: made, clock, asked, told, passes, fails }
}

test('a job asks for its checks after those that somebody waits for, and tells every step until all are done', async () => {
  const { jobs, clock, asked, told, passes, fails } = setup()
  const begun = { id: 'job-1', total: 2, results: [], startedAt: WALL, finishedAt: undefined }
  expect(jobs.start([one, other])).toEqual(begun)
  expect(asked).toEqual([one, other].map((id) => [id, 'manual', { urgent: false }]))
  await clock.advance(500)
  await fails(1)
  await clock.advance(500)
  await passes(0)
  const results = [
    { serverId: 2, status: undefined },
    { serverId: 1, status: 'healthy' },
  ]
  expect(told).toEqual([
    begun,
    { ...begun, results: results.slice(0, 1) },
    { ...begun, results, finishedAt: WALL + 1_000 },
  ])
  expect(jobs.get('job-1')).toEqual(told.at(-1))
})

test('a job without servers is done at once', () => {
  const { jobs } = setup()
  expect(jobs.start([])).toEqual({ id: 'job-1', total: 0, results: [], startedAt: WALL, finishedAt: WALL })
})

test('at most 20 jobs run at once, and one that ended makes room', async () => {
  const { jobs, fails } = setup()
  for (let job = 0; job < 20; job++) jobs.start([one])
  expect(() => jobs.start([one])).toThrow(
    expect.objectContaining({ code: 'rate_limited', message: 'At most 20 jobs at once', retryAfterMs: 5_000 }),
  )
  await fails(0)
  expect(jobs.start([one]).total).toBe(1)
})

test('the last 50 jobs can be read, and one that still runs for as long as it does', async () => {
  const { jobs, passes } = setup()
  jobs.start([one])
  for (let job = 2; job <= 50; job++) jobs.start([])
  expect(jobs.get('job-2').total).toBe(0)
  jobs.start([])
  const gone = expect.objectContaining({
    code: 'not_found',
    message: 'No such job; finished ones are kept for a while only',
  })
  expect(() => jobs.get('job-2')).toThrow(gone)
  expect(jobs.get('job-3').finishedAt).toBe(WALL)
  await passes(0)
  expect(jobs.get('job-1').results).toEqual([{ serverId: 1, status: 'healthy' }])
})
