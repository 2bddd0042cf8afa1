import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'vitest'
import { register } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'

const CRASH_LOOP = createRequire(import.meta.url).resolve('../fixtures/crash-loop.ts')
const TEN_MINUTES_MS = 600_000

test.concurrent.for([
  { dies: 'at its start', answers: '0' },
  { dies: 'after its first answer', answers: '1' },
  { dies: 'after some answers', answers: '4' },
])(
  'a stdio server that dies $dies is started at most 12 times in any 10 minutes',
  async ({ dies, answers }, context) => {
    const { expect, onTestFinished } = context
    const folder = await mkdtemp(path.join(tmpdir(), 'omni2-fault-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const starts = path.join(folder, 'starts')
    await using omni2 = await Omni2InFakeTime.start()
    // Without its breaker, so that nothing but the supervisor holds it back.
    await omni2.api.setBreakerConfig({ body: { enabled: false } })
    const { id } = await register(omni2, 'crash-loop', {
      command: process.execPath,
      args: [CRASH_LOOP],
      env: { STARTS: starts, ANSWERS: answers },
      check_interval_seconds: 5,
    })
    const times: number[] = []
    const note = async () => {
      const count = (await readFile(starts, 'utf8').catch(() => '')).split('\n').length - 1
      while (times.length < count) times.push(omni2.clock.now())
    }
    await omni2.settled(id)
    await note()
    while (omni2.clock.now() < 1.2 * TEN_MINUTES_MS) {
      await omni2.nextCheck(id)
      await note()
    }
    const most = Math.max(
      ...times.map((at) => times.filter((other) => other >= at && other < at + TEN_MINUTES_MS).length),
    )
    expect(most).toBeLessThanOrEqual(12)
    expect(most).toBeGreaterThan(5)
    measured(context, `a stdio server dies ${dies}, again and again`, `${most} starts in the busiest 10 minutes`)
  },
)
