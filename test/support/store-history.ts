import { expect, test } from 'vitest'
import type { Cause, Incident, Worst } from '../../src/core/history/incident.ts'
import { NO_OUTCOMES, type RollUp } from '../../src/core/history/roll-up.ts'
import { EMPTY_SKETCH, quantile, sketchOf } from '../../src/core/history/sketch.ts'
import type { ServerId } from '../../src/core/ids.ts'
import type { Change, CheckRow, IncidentQuery } from '../../src/core/ports.ts'
import type { Bench } from './store-contract.ts'
import { A, aCheck, aServer, at, B, C, checkLogged, failure, olderThan, saved, storedAlone } from './store-samples.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const cause: Cause = { ...failure, stages: [{ stage: 'connect', ok: false, ms: 1.5 }] }

const opened = (serverId: ServerId, ms: number, worst: Worst = 'disconnected'): Change => ({
  type: 'incident_opened',
  incident: { serverId, startedAt: at(ms), cause, worst, cycles: 0 },
})
const worsened = (serverId: ServerId, status: Worst, cycles = 0): Change => ({
  type: 'incident_worsened',
  serverId,
  status,
  cycles,
})
const ended = (serverId: ServerId, ms: number, by: NonNullable<Incident['ended']>['by'] = 'canary'): Change => ({
  type: 'incident_ended',
  serverId,
  at: at(ms),
  by,
})
const known = (serverId: ServerId, kind: 'up' | 'down', from: number, until: number): Change => ({
  type: 'span_known',
  serverId,
  span: { kind, from: at(from), until: at(until) },
})
const anHour = (serverId: ServerId, ms: number, over: Partial<RollUp> = {}): RollUp => ({
  serverId,
  size: 'hour',
  from: at(ms),
  counts: { ...NO_OUTCOMES, ok: 60 },
  upMs: HOUR,
  downMs: 0,
  latency: sketchOf(5, 6, 7),
  ...over,
})

const handshake = (ms: number): CheckRow['stages'] => [{ stage: 'handshake', ok: true, ms }]

export function historyTests(bench: () => Bench): void {
  test('a run of equal checks is one row that loses no count and no time', async () => {
    const { store } = bench()
    const run = (ms: number, responseTimeMs: number, toolCount?: number) =>
      checkLogged(A, { at: at(ms), responseTimeMs, toolCount, stages: handshake(responseTimeMs) }, at(1))
    await store.commit([saved(aServer(A)), checkLogged(A, { at: at(0) }), run(1, 10, 4), run(2, 30)])
    await store.commit([run(3, 80), checkLogged(A, { at: at(3) }), checkLogged(A, { at: at(4) }, at(4))])
    const rows = await store.checks({ serverId: A, limit: 10 })
    expect(rows.map(({ id: _, ...row }) => row)).toEqual([
      storedAlone(aCheck(A, { at: at(4) })),
      storedAlone(aCheck(A, { at: at(3) })),
      {
        ...aCheck(A, { at: at(1), toolCount: 4, stages: handshake(80) }),
        count: 3,
        until: at(3),
        responseTimeMs: 40,
        fastestMs: 10,
        slowestMs: 80,
      },
      storedAlone(aCheck(A, { at: at(0) })),
    ])
  })

  test('every check is counted in its minute, with the times of those that were answered', async () => {
    const { store } = bench()
    const refused = { outcome: 'connect', failure, responseTimeMs: 1_000 } as const
    await store.commit([
      saved(aServer(A)),
      checkLogged(A, { at: at(10), responseTimeMs: 5 }),
      checkLogged(A, { at: at(20), responseTimeMs: 5 }, at(20)),
      checkLogged(A, { at: at(30), ...refused }),
    ])
    await store.commit([
      checkLogged(A, { at: at(40), responseTimeMs: 9 }),
      checkLogged(A, { at: at(MINUTE), ...refused }),
    ])
    const query = { serverIds: [A], size: 'minute', from: at(), until: at(HOUR) } as const
    const [first, second, ...more] = await store.rollUps(query)
    expect(more).toEqual([])
    expect(first).toMatchObject({ from: at(), counts: { ...NO_OUTCOMES, ok: 3, connect: 1 } })
    expect(first?.latency).toEqual(sketchOf(5, 5, 9))
    expect(second).toMatchObject({ from: at(MINUTE), counts: { ...NO_OUTCOMES, connect: 1 }, latency: EMPTY_SKETCH })
    expect(await store.rollUps({ ...query, until: at(MINUTE) })).toHaveLength(1)
    expect(await store.rollUps({ ...query, serverIds: [B] })).toEqual([])
    expect(await store.rollUps({ ...query, serverIds: [] })).toEqual([])
  })

  test('roll-ups come back as they were saved last, and those of a server that is gone are left out', async () => {
    const { store } = bench()
    await store.commit([saved(aServer(A))])
    const hours = [anHour(A, 0), anHour(A, HOUR, { upMs: 1, downMs: 2, latency: EMPTY_SKETCH })]
    await store.saveRollUps([...hours, anHour(B, 0)])
    await store.saveRollUps(hours)
    const query = { serverIds: [A, B], size: 'hour', from: at(), until: at(24 * HOUR) } as const
    expect(await store.rollUps(query)).toEqual(hours)
    const again = anHour(A, 0, { counts: { ...NO_OUTCOMES, protocol: 2 }, latency: sketchOf(1) })
    await store.saveRollUps([again])
    expect(await store.rollUps({ ...query, until: at(HOUR) })).toEqual([again])
    expect(quantile((await store.rollUps(query))[0]?.latency ?? EMPTY_SKETCH, 0.5)).toBeCloseTo(1, 1)
  })

  test('a span grows until another begins', async () => {
    const { store } = bench()
    await store.commit([saved(aServer(A)), saved(aServer(B)), known(A, 'up', 0, 5), known(A, 'up', 0, 9)])
    await store.commit([known(A, 'up', 0, 20), known(A, 'down', 20, 30), known(B, 'down', 3, 4)])
    const spans = await store.spans([A, B, C], at(1))
    expect(spans).toEqual(
      new Map([
        [
          A,
          [
            { kind: 'up', from: at(0), until: at(20) },
            { kind: 'down', from: at(20), until: at(30) },
          ],
        ],
        [B, [{ kind: 'down', from: at(3), until: at(4) }]],
        [C, []],
      ]),
    )
    expect((await store.spans([A], at(20))).get(A)).toHaveLength(1)
  })

  test('an incident goes from its cause to what ended it, and keeps the worst of it', async () => {
    const { store } = bench()
    await store.commit([saved(aServer(A)), ended(A, 1), opened(A, 2), opened(A, 3), worsened(A, 'circuit_open', 1)])
    await store.commit([worsened(A, 'disconnected'), worsened(A, 'circuit_open', 1)])
    const incident = { serverId: A, startedAt: at(2), cause, worst: 'circuit_open', cycles: 2 }
    const [current, ...more] = await store.incidents({ limit: 10 })
    expect(more).toEqual([])
    expect(current).toEqual({ ...incident, id: current?.id, ended: undefined })
    await store.commit([ended(A, 9), ended(A, 10, 'manual'), worsened(A, 'disabled', 1)])
    expect(await store.incidents({ limit: 10 })).toMatchObject([{ ...incident, ended: { at: at(9), by: 'canary' } }])
  })

  test('an incident ends no sooner than it began, whatever the clock says then', async () => {
    const { store } = bench()
    await store.commit([saved(aServer(A)), opened(A, 9), ended(A, 2)])
    expect(await store.incidents({ limit: 10 })).toMatchObject([{ startedAt: at(9), ended: { at: at(9) } }])
  })

  test('incidents come with those that go on first, by server, time and position', async () => {
    const { store } = bench()
    await store.commit([A, B, C].map((id) => saved(aServer(id))))
    await store.commit([opened(A, 1), opened(B, 2), ended(B, 3), opened(B, 4), ended(B, 6), opened(C, 7)])
    const starts = async (query: Partial<IncidentQuery>) =>
      (await store.incidents({ limit: 10, ...query })).map(({ startedAt }) => startedAt - at())
    expect(await starts({})).toEqual([7, 1, 4, 2])
    expect(await starts({ open: true })).toEqual([7, 1])
    expect(await starts({ open: false })).toEqual([4, 2])
    expect(await starts({ serverIds: [A, B] })).toEqual([1, 4, 2])
    expect(await starts({ serverIds: [] })).toEqual([])
    expect(await starts({ since: at(4) })).toEqual([7, 1, 4])
    const paged: number[] = []
    for (let before: IncidentQuery['before']; ; ) {
      const [incident] = await store.incidents({ limit: 1, ...(before ? { before } : {}) })
      if (!incident) break
      paged.push(incident.startedAt - at())
      before = { id: incident.id, open: incident.ended === undefined }
    }
    expect(paged).toEqual([7, 1, 4, 2])
  })

  test('history goes with its server, and what comes late for it is left out', async () => {
    const { store } = bench()
    const all = [checkLogged(A, {}, at()), opened(A, 1), known(A, 'up', 0, 1)]
    await store.commit([saved(aServer(A)), saved(aServer(B)), ...all])
    await store.saveRollUps([anHour(A, 0)])
    await store.commit([opened(A, 9), { type: 'server_deleted', serverId: A }])
    await store.commit([...all, worsened(A, 'circuit_open'), ended(A, 3), opened(B, 2)])
    expect(await store.incidents({ limit: 10 })).toMatchObject([{ serverId: B }])
    expect((await store.spans([A], at())).get(A)).toEqual([])
    for (const size of ['minute', 'hour'] as const) {
      expect(await store.rollUps({ serverIds: [A], size, from: at(-HOUR), until: at(HOUR) })).toEqual([])
    }
  })

  test('pruning knows the age of each kind, goes in steps and leaves what goes on', async () => {
    const { store } = bench()
    const hours = [0, 1, 2].map((n) => anHour(A, n * HOUR))
    await store.commit([saved(aServer(A)), saved(aServer(B)), opened(A, 1), ended(A, 2), opened(A, 3), opened(B, 4)])
    await store.commit([known(A, 'up', 0, 5), known(A, 'down', 5, 6), known(A, 'up', 6, HOUR), ended(B, HOUR)])
    await store.saveRollUps([...hours, ...hours.map((hour) => ({ ...hour, size: 'day' as const }))])
    expect(await store.prune(olderThan(0), 10)).toBe(0)
    expect(await store.prune(olderThan(0, { hour: at(2 * HOUR) }), 1)).toBe(1)
    expect(await store.prune(olderThan(0, { hour: at(2 * HOUR) }), 10)).toBe(1)
    expect(await store.prune(olderThan(0, { spans: at(10) }), 10)).toBe(2)
    expect((await store.spans([A], at())).get(A)).toEqual([{ kind: 'up', from: at(6), until: at(HOUR) }])
    expect(await store.prune(olderThan(0, { incidents: at(10) }), 10)).toBe(1)
    expect((await store.incidents({ limit: 10 })).map(({ serverId }) => serverId)).toEqual([A, B])
    const left = async (size: 'hour' | 'day') =>
      (await store.rollUps({ serverIds: [A], size, from: at(), until: at(9 * HOUR) })).length
    expect([await left('hour'), await left('day')]).toEqual([1, 3])
  })
}
