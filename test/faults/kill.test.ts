import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, type TestContext, test } from 'vitest'
import { KillRounds } from '../support/kill-rounds.ts'
import { measured } from '../support/measured.ts'
import { findPostgres, startPostgres } from '../support/postgres.ts'
import { rawServer } from '../support/raw-server.ts'

const ROUNDS = 100
/** What a start is to take; three times of it on a machine that has other work. */
const START_MS = 5_000
const source = findPostgres()

async function killAgainAndAgain(context: TestContext, database: string, env: Record<string, string>): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-kill-'))
  context.onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  await using upstream = await rawServer()
  const rounds = new KillRounds({ dataDir, env }, upstream.url)
  for (let round = 0; round < ROUNDS; round++) await rounds.round()
  await rounds.finish()
  const { answered, events, slowestStartMs } = rounds.figures
  expect(slowestStartMs).toBeLessThan(3 * START_MS)
  measured(
    context,
    `${database}: kill -9 in the middle of writes, ${ROUNDS} times`,
    `${answered} changes answered: 0 lost, 0 twice`,
    `${events} events: 0 gaps`,
    `slowest start ${(slowestStartMs / 1_000).toFixed(1)} s`,
  )
}

// Two to three minutes on a machine of one's own.
describe.concurrent('kill -9', { timeout: 1_800_000 }, () => {
  const happens = 'what was answered is there once, events have no gap, and every server is watched again'

  test(happens, (context) => killAgainAndAgain(context, 'SQLite', {}))

  test.skipIf(source === undefined)(happens, async (context) => {
    if (!source) return
    const postgres = await startPostgres(source)
    context.onTestFinished(() => postgres.stop())
    await killAgainAndAgain(context, 'PostgreSQL', { DATABASE_URL: await postgres.freshDatabase() })
  })
})
