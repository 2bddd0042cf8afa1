import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import type { Json } from '../capabilities.ts'
import { timestamp } from '../clock.ts'
import { type ServerId, serverId } from '../ids.ts'
import type { Change, RollUpQuery } from '../ports.ts'
import { Compaction } from './compaction.ts'
import { limitsOf } from './retention.ts'
import { ROLL_UP_MS, type RollUp, type RollUpSize, totalOf } from './roll-up.ts'
import { countOf, sketchOf } from './sketch.ts'
import type { Span } from './span.ts'

const { minute: MINUTE, hour: HOUR, day: DAY } = ROLL_UP_MS
const COUNTS = { ok: 1, connect: 0, protocol: 1, auth: 0, throttled: 0, app_error: 0, cancelled: 0, inconclusive: 0 }

function setUp(servers: number) {
  const clock = new FakeClock()
  const began = clock.wall()
  const ids = Array.from({ length: servers }, (_, n) => serverId(n + 1))
  const kept = new Map<string, RollUp>()
  const settings = new Map<string, Json>()
  const save = (rollUps: readonly RollUp[]) => {
    for (const rollUp of rollUps) kept.set(`${rollUp.serverId} ${rollUp.size} ${rollUp.from}`, rollUp)
  }
  const store = {
    setting: async (key: string) => settings.get(key),
    spans: async (wanted: readonly ServerId[]) => {
      const span: Span = { kind: 'up', from: timestamp(began - HOUR), until: timestamp(began + 90 * MINUTE) }
      return new Map(wanted.map((id) => [id, [span]]))
    },
    rollUps: async ({ serverIds, size, from, until }: RollUpQuery) =>
      [...kept.values()].filter(
        (part) => part.size === size && serverIds.includes(part.serverId) && part.from >= from && part.from < until,
      ),
    saveRollUps: async (rollUps: readonly RollUp[]) => save(rollUps),
  }
  const journal = {
    outage: undefined,
    storedUntil: timestamp(Number.POSITIVE_INFINITY),
    async write(changes: readonly Change[]) {
      for (const change of changes) if (change.type === 'setting_saved') settings.set(change.key, change.value)
      return []
    },
  }
  const compaction = () => new Compaction({ store, journal, servers: () => ids, clock })
  const minutes = (from: number, count: number) =>
    save(
      ids.flatMap((id) =>
        Array.from({ length: count }, (_, n): RollUp => {
          const at = timestamp(began + from + n * MINUTE)
          return { serverId: id, size: 'minute', from: at, counts: COUNTS, upMs: 0, downMs: 0, latency: sketchOf(5) }
        }),
      ),
    )
  const of = (size: RollUpSize) => [...kept.values()].filter((rollUp) => rollUp.size === size)
  return { clock, began, compaction, minutes, of, journal }
}

/** All there is to do; answers in how many steps. */
async function settle(compaction: Compaction): Promise<number> {
  for (let steps = 0; ; steps++) if (!(await compaction.step())) return steps
}

test('an hour is rolled up once it is over, in steps of some servers, with the time up and down', async () => {
  const { clock, compaction, minutes, of } = setUp(60)
  const rolling = compaction()
  await rolling.load()
  minutes(0, 120)
  await clock.advance(HOUR)
  expect(await settle(rolling)).toBe(0)
  await clock.advance(10 * MINUTE)
  expect(await settle(rolling)).toBe(4)
  expect(of('hour')).toHaveLength(60)
  const [first] = of('hour')
  expect(first).toMatchObject({ upMs: HOUR, downMs: 0, counts: { ...COUNTS, ok: 60, protocol: 60 } })
  expect(countOf(first?.latency ?? new Map())).toBe(60)
  await clock.advance(HOUR)
  await settle(rolling)
  expect(of('hour').filter(({ upMs }) => upMs === HOUR / 2)).toHaveLength(60)
})

test('an hour is not rolled up before all that was measured in it is stored', async () => {
  const { clock, began, compaction, minutes, of, journal } = setUp(1)
  const rolling = compaction()
  await rolling.load()
  minutes(0, 50)
  await clock.advance(3 * HOUR)
  journal.storedUntil = timestamp(began + HOUR - 1)
  expect(await settle(rolling)).toBe(0)
  minutes(50 * MINUTE, 10)
  journal.storedUntil = timestamp(began + HOUR)
  expect(await settle(rolling)).toBe(2)
  expect(of('hour').map(({ counts }) => counts.ok)).toEqual([60])
})

test('a day is made of its hours, also when another process goes on', async () => {
  const { clock, began, compaction, minutes, of } = setUp(2)
  minutes(0, 180)
  const first = compaction()
  await first.load()
  await clock.advance(2 * HOUR + 10 * MINUTE)
  await settle(first)
  await clock.advance(DAY)
  const second = compaction()
  await second.load()
  expect(second.marks.hour).toBe(began + 2 * HOUR)
  await settle(second)
  expect(of('day').map(({ from, upMs, counts }) => [from - began, upMs, totalOf(counts)])).toEqual([
    [0, 90 * MINUTE, 360],
    [0, 90 * MINUTE, 360],
  ])
  expect(second.marks).toEqual({ hour: began + 26 * HOUR, day: began + DAY })
})

test('nothing goes that is not rolled up yet, and each kind has its own age', () => {
  const now = timestamp(1_000 * DAY)
  const retention = {
    days: 30,
    healthLogDays: undefined,
    eventDays: 10,
    incidentDays: 365,
    callDays: 7,
    payloadDays: 2,
  }
  const rolled = { hour: now, day: now }
  const ages = (limits: ReturnType<typeof limitsOf>) =>
    Object.fromEntries(Object.entries(limits).map(([kind, before]) => [kind, (now - before) / DAY]))
  expect(ages(limitsOf(retention, rolled, now))).toEqual({
    checks: 30,
    calls: 7,
    payloads: 2,
    events: 10,
    incidents: 365,
    spans: 91,
    minute: 2,
    hour: 91,
    day: 730,
  })
  const behind = { hour: timestamp(now - 100 * DAY), day: timestamp(now - 120 * DAY) }
  expect(ages(limitsOf(retention, behind, now))).toMatchObject({ spans: 100, minute: 100, hour: 120 })
})
