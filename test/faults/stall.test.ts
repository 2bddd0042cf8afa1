import { expect, test } from 'vitest'
import { CROWD_INTERVAL_MS, Crowd } from '../support/crowd.ts'
import { history } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import type { Live } from '../support/omni2.ts'

const STALL_MS = 5_000
const STARTS_PER_SECOND = 250
/** Checks that start together do so within a tenth of a second. */
const ALMOST_A_SECOND_MS = 900

test('nothing is called failed for it, and no burst makes up for what was missed', async (context) => {
  // Many are checked when it happens, and have less time than it lasts.
  await using crowd = await Crowd.start({ servers: 1_000, origins: 20, timeoutMs: 4_900 })
  const { omni2, upstream } = crowd
  await upstream.command('behave', { delayMs: 500 })
  await crowd.untilChecked(crowd.servers)
  const eventsBefore = await history(omni2)
  using live = await omni2.live()
  live.say({ action: 'subscribe', event_types: ['mcp_health_check'] })

  await omni2.inject('stall', STALL_MS)
  await crowd.untilChecked(2 * crowd.servers)
  const checked = seenBy(live)
  const outcomes = Map.groupBy(checked, ({ outcome }) => outcome)
  const excused = outcomes.get('inconclusive')?.length ?? 0
  expect(excused).toBeGreaterThan(0)
  expect([...outcomes.keys()].sort()).toEqual(['inconclusive', 'ok'])
  expect(await history(omni2)).toEqual(eventsBefore)

  const starts = checked.map(({ startedAt }) => startedAt).sort((a, b) => a - b)
  const gaps = differences(starts)
  expect(Math.max(...gaps)).toBeGreaterThan(STALL_MS - 500)
  const most = Math.max(
    ...starts.map((at, n) => starts.slice(n).filter((other) => other < at + ALMOST_A_SECOND_MS).length),
  )
  // A stamp is from when the check got its turn, a little after it was let in; making up for 5 s would be five times as many.
  expect(most).toBeLessThanOrEqual(1.2 * STARTS_PER_SECOND)
  const pauses = [...Map.groupBy(checked, ({ server }) => server).values()].flatMap((ofOne) =>
    differences(ofOne.map(({ startedAt }) => startedAt)),
  )
  expect(Math.min(...pauses)).toBeGreaterThan(0.8 * CROWD_INTERVAL_MS)
  measured(
    context,
    'the event loop stands still for 5 s',
    `${excused} checks inconclusive, 0 failed`,
    `at most ${most} starts in ${ALMOST_A_SECOND_MS} ms`,
  )
})

/** Checks in the order they ended; one began as long before as it took. */
const seenBy = (live: Live) =>
  live.messages.flatMap((message) => {
    if (!('event_type' in message && message.event_type === 'mcp_health_check')) return []
    const { server_id, outcome, response_time_ms } = message.event_data
    return [{ server: server_id, outcome, startedAt: Date.parse(message.timestamp) - response_time_ms }]
  })

const differences = (times: readonly number[]): number[] => times.slice(1).map((time, n) => time - (times[n] ?? time))
