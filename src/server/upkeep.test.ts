import { expect, onTestFinished, test } from 'vitest'
import { FakeClock, rise } from '../../test/support/fakes.ts'
import { timestamp } from '../core/clock.ts'
import { Compaction } from '../core/history/compaction.ts'
import type { Limits } from '../core/ports.ts'
import { startUpkeep } from './upkeep.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const TEN_YEARS_MS = 3_650 * DAY_MS
const RETENTION = {
  days: 30,
  healthLogDays: undefined,
  eventDays: undefined,
  incidentDays: 365,
  callDays: 7,
  payloadDays: 2,
}

async function start() {
  const clock = new FakeClock()
  const store = {
    rollUps: async () => [],
    saveRollUps: async () => {},
    spans: async () => new Map(),
    setting: async () => undefined,
    async prune(limits: Limits) {
      limit = limits.checks
      return 0
    },
  }
  let limit: number | undefined
  const warnings: string[] = []
  const journal = { outage: undefined, storedUntil: timestamp(Number.POSITIVE_INFINITY), write: async () => [] }
  const compaction = new Compaction({ store, journal, servers: () => [], clock })
  await compaction.load()
  const log = { warn: (message: string) => warnings.push(message) }
  onTestFinished(startUpkeep({ store, compaction, retention: () => RETENTION, clock, log, onError: rise }))
  /** How old a check may be now; undefined when nothing was removed meanwhile. */
  const keptDays = async (afterMs: number) => {
    limit = undefined
    await clock.advance(afterMs)
    return limit === undefined ? undefined : Math.round((clock.wall() - limit) / DAY_MS)
  }
  return { clock, keptDays, warnings }
}

test('history goes by its age, at every look', async () => {
  const { keptDays, warnings } = await start()
  expect(await keptDays(11 * MINUTE_MS)).toBe(30)
  expect(warnings).toEqual([])
})

test('a clock that leaps removes nothing for a day, and nothing at all when it is set right until then', async () => {
  const { clock, keptDays, warnings } = await start()
  clock.jumpWall(TEN_YEARS_MS)
  expect(await keptDays(DAY_MS)).toBeUndefined()
  expect(warnings.length).toBeGreaterThan(0)
  clock.jumpWall(-TEN_YEARS_MS)
  expect(await keptDays(11 * MINUTE_MS)).toBe(30)
  clock.jumpWall(TEN_YEARS_MS)
  expect(await keptDays(DAY_MS)).toBeUndefined()
  expect(await keptDays(5 * DAY_MS)).toBe(30)
})
