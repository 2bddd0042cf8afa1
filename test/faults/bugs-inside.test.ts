import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { legacyServer } from '../support/fixture-servers.ts'
import { check, read, registerHealthy, until } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import { Omni2 } from '../support/omni2.ts'

const REJECTIONS = 100

test('every request is answered and the watch goes on; each is in the log', async (context) => {
  await using upstream = await legacyServer()
  await using omni2 = await Omni2.startInjectable()
  const { id } = await registerHealthy(omni2, 'watched', { url: upstream.url, check_interval_seconds: 5 })
  await omni2.inject('reject', REJECTIONS)
  const answers = await Promise.all(Array.from({ length: REJECTIONS }, () => omni2.fetch('/api/v1/mcp/servers')))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  await until(
    () => omni2.process.output.split('unhandled rejection').length - 1,
    (logged) => logged === REJECTIONS,
  )
  await upstream.kill()
  await until(
    () => read(omni2, id),
    ({ badges }) => badges.includes('suspect'),
  )
  measured(
    context,
    `${REJECTIONS} unhandled rejections`,
    `${REJECTIONS} of ${REJECTIONS} requests answered`,
    '0 restarts',
  )
})

const FATAL = [
  { fault: 'an uncaught exception', command: 'throw', log: /"fatal".*Thrown where nobody catches.*uncaught exception/ },
  { fault: 'SQLite: its thread dies', command: 'end_workers', log: /thread of the database ended/ },
]

test.for(FATAL)(
  'it ends in order with exit code 1, and a restart finds all as it was',
  async ({ fault, command, log }, context) => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-fault-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    await using upstream = await legacyServer()
    await using omni2 = await Omni2.startInjectable({ dataDir })
    const { id } = await registerHealthy(omni2, 'watched', { url: upstream.url })
    await omni2.inject(command)
    const thrownAt = performance.now()
    await omni2.process.untilEnd(AbortSignal.timeout(3 * 10_000))
    const endedMs = performance.now() - thrownAt
    expect(omni2.process.exitCode).toBe(1)
    expect(omni2.process.output).toMatch(log)
    await using again = await Omni2.start({ dataDir })
    expect(await read(again, id)).toMatchObject({ health_status: 'healthy' })
    expect(await check(again, id)).toMatchObject({ health_status: 'healthy', health_result: { outcome: 'ok' } })
    measured(context, fault, `ended after ${(endedMs / 1_000).toFixed(1)} s`)
  },
)
