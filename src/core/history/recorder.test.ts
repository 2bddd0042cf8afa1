import { expect, test } from 'vitest'
import { denied, FakeClock, ok, refused } from '../../../test/support/fakes.ts'
import { aCheck, at } from '../../../test/support/store-samples.ts'
import type { CheckResult } from '../check.ts'
import { DEFAULT_BREAKER } from '../health/breaker-config.ts'
import type { HealthEvent } from '../health/health-event.ts'
import { next } from '../health/reducer.ts'
import { initial } from '../health/restore.ts'
import { derive } from '../health/status.ts'
import { serverId } from '../ids.ts'
import type { Change } from '../ports.ts'
import { Recorder } from './recorder.ts'

const id = serverId(7)
const POLICY = { intervalMs: 60_000, timeoutMs: 10_000, breaker: DEFAULT_BREAKER }
const MINUTE = 60_000

/** A server whose moves are recorded; time goes on by what each step says. */
function watched(policy = POLICY) {
  const clock = new FakeClock()
  const recorder = new Recorder(clock)
  let state = initial(policy, 1, clock.now())
  const changes: Change[] = []
  const move = (event: HealthEvent, stages = ok.stages) => {
    const before = state
    state = next(before, event, clock.now(), 0.5).state
    changes.push(...recorder.moved({ serverId: id, before, after: state, event, stages }))
  }
  const check = async (result: CheckResult, afterMs = MINUTE) => {
    await clock.advance(afterMs)
    move({ type: 'check_requested', trigger: 'manual', deep: false, leaseMs: 11_000 })
    move({ type: 'check_finished', token: state.lastToken, result }, result.stages)
  }
  const began = clock.wall()
  const spans = () => {
    const last = new Map(
      changes.flatMap((change) => (change.type === 'span_known' ? [[change.span.from, change.span] as const] : [])),
    )
    return [...last.values()].map(
      ({ kind, from, until }) => `${kind} ${(from - began) / MINUTE}-${(until - began) / MINUTE}`,
    )
  }
  const incidents = () =>
    changes.flatMap((change) => {
      if (change.type === 'incident_opened') return [`opened ${change.incident.worst} ${change.incident.cause.code}`]
      if (change.type === 'incident_worsened') return [`worsened ${change.status} +${change.cycles}`]
      return change.type === 'incident_ended' ? [`ended by ${change.by}`] : []
    })
  return { clock, recorder, changes, move, check, spans, incidents, status: () => derive(state) }
}

test('an outage is one incident, from its cause to the check that found it well', async () => {
  const { check, spans, incidents, changes } = watched()
  for (const result of [ok, ok, refused, refused, refused, refused, refused, ok, ok, ok]) await check(result)
  expect(spans()).toEqual(['up 1-5', 'down 5-9', 'up 9-10'])
  expect(incidents()).toEqual([
    'ended by manual',
    'opened disconnected connect_refused',
    'worsened circuit_open +1',
    'ended by manual',
  ])
  expect(changes.find(({ type }) => type === 'incident_opened')).toMatchObject({
    incident: { serverId: id, cycles: 0, cause: { stage: 'connect', stages: refused.stages } },
  })
})

test('waiting for credentials is no outage, and time so spent is not known', async () => {
  const { check, spans, incidents, status } = watched()
  for (const result of [ok, denied, denied, ok, ok, ok]) await check(result)
  expect(status()).toBe('healthy')
  expect(spans()).toEqual(['up 1-2', 'up 5-6'])
  expect(incidents().filter((told) => told.startsWith('opened'))).toEqual([])
})

test('an outage that a person ends says how', async () => {
  for (const [event, by] of [
    [{ type: 'disabled' }, 'disabled'],
    [{ type: 'configured', revision: 2, policy: POLICY }, 'configuration'],
  ] as const) {
    const { check, move, incidents } = watched()
    for (const result of [ok, refused, refused, refused]) await check(result)
    move(event)
    expect(incidents().slice(-2)).toEqual(['opened disconnected connect_refused', `ended by ${by}`])
  }
})

test('a server that is given up on stays an open incident until somebody enables it', async () => {
  const { check, move, incidents, status } = watched()
  await check(ok)
  for (let n = 0; n < 40 && status() !== 'disabled'; n++) await check(refused, 5 * MINUTE)
  expect(status()).toBe('disabled')
  expect(incidents().at(-1)).toBe('worsened disabled +1')
  await check(ok)
  expect(incidents().at(-1)).toBe('worsened disabled +1')
  move({ type: 'enabled' })
  expect(incidents().at(-1)).toBe('ended by enabled')
})

test('time over which the clock was set is not known', async () => {
  const { clock, check, spans, recorder } = watched()
  await check(ok)
  await check(ok)
  clock.jumpWall(60 * MINUTE)
  expect(recorder.current(id)).toBeUndefined()
  await check(ok)
  await check(ok)
  expect(spans()).toEqual(['up 1-2', 'up 63-64'])
})

test('what goes on is known up to now, and forgotten with its server', async () => {
  const { clock, check, recorder } = watched()
  await check(ok)
  await clock.advance(1_500)
  expect(recorder.current(id)).toMatchObject({ kind: 'up' })
  const { from = 0, until = 0 } = recorder.current(id) ?? {}
  expect(until - from).toBe(1_500)
  recorder.forget(id)
  expect(recorder.current(id)).toBeUndefined()
})

test('scheduled checks that pass alike are a run for an hour at most, until anything else happens', () => {
  const recorder = new Recorder(new FakeClock())
  const runFrom = (over: Parameters<typeof aCheck>[1], changesNothing = true) => {
    const change = recorder.logged(aCheck(id, { toolCount: undefined, ...over }), changesNothing)
    return change.type === 'check_logged' && change.runFrom !== undefined ? change.runFrom - at() : undefined
  }
  const minutes = (n: number) => at(n * MINUTE)
  expect(runFrom({ at: minutes(0) })).toBe(0)
  expect(runFrom({ at: minutes(1), toolCount: 3 })).toBe(0)
  expect(runFrom({ at: minutes(2) })).toBe(0)
  expect(runFrom({ at: minutes(3), toolCount: 4 })).toBe(3 * MINUTE)
  expect(runFrom({ at: minutes(4), trigger: 'manual' })).toBeUndefined()
  expect(runFrom({ at: minutes(5) })).toBe(5 * MINUTE)
  expect(runFrom({ at: minutes(6) }, false)).toBeUndefined()
  expect(runFrom({ at: minutes(7), outcome: 'connect' })).toBeUndefined()
  expect(runFrom({ at: minutes(8), status: 'unhealthy' })).toBeUndefined()
  expect(runFrom({ at: minutes(9), outcome: 'app_error' })).toBe(9 * MINUTE)
  expect(runFrom({ at: minutes(10) })).toBe(10 * MINUTE)
  expect(runFrom({ at: minutes(59) })).toBe(10 * MINUTE)
  expect(runFrom({ at: minutes(60) })).toBe(60 * MINUTE)
  expect(runFrom({ at: minutes(58) })).toBe(58 * MINUTE)
  recorder.forget(id)
  expect(runFrom({ at: minutes(61) })).toBe(61 * MINUTE)
})
