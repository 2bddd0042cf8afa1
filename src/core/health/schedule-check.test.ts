import { expect, test } from 'vitest'
import { clockAt } from '../../../test/support/phases.ts'
import { failure, POLICY, Simulation } from '../../../test/support/simulation.ts'
import type { Outcome } from '../check.ts'
import { DEFAULT_BREAKER } from './breaker-config.ts'
import { restore, save } from './restore.ts'

/** A server that met checks of these outcomes, each at its due time. */
function after(...outcomes: Outcome[]): Simulation {
  const server = new Simulation()
  for (const outcome of outcomes) {
    server.answers(outcome)
    server.checks(1)
    server.pass(0)
  }
  return server
}

const times = (count: number, outcome: Outcome): Outcome[] => Array<Outcome>(count).fill(outcome)

test('the first check of a server is due at once, and deep', () => {
  expect(after().state.nextCheck).toEqual({ at: 0, trigger: 'scheduled', deep: true })
})

test('a healthy server is checked at its interval, one under suspicion or recovering after 5 s', () => {
  const plannedAfter = (...outcomes: Outcome[]) => {
    const { state, now } = after(...outcomes)
    return { ...state.nextCheck, at: (state.nextCheck?.at ?? 0) - now }
  }
  const scheduled = (at: number, deep = false) => ({ at, trigger: 'scheduled', deep })
  expect(plannedAfter('ok')).toEqual(scheduled(60_000))
  expect(plannedAfter('ok', 'connect')).toEqual(scheduled(5_000))
  expect(plannedAfter('connect', 'ok')).toEqual(scheduled(5_000))
  expect(plannedAfter('inconclusive')).toEqual(scheduled(60_000, true))
})

test('a dead server whose breaker is off is looked at fast until its failures would have opened the circuit', () => {
  const server = new Simulation({ policy: { ...POLICY, breaker: { ...DEFAULT_BREAKER, enabled: false } } })
  server.answers('connect')
  server.checks(4)
  server.pass(0)
  expect(server.state.nextCheck?.at).toBe(server.now + 5_000)
  server.checks(1)
  server.pass(0)
  expect(server.state.nextCheck?.at).toBe(server.now + 60_000)
})

test('the next look at an open circuit is its canary at its time, at a half-open one another after 5 s', () => {
  const server = after(...times(5, 'connect'))
  expect(server.state.nextCheck).toEqual({ at: server.now + 33_000, trigger: 'canary', deep: true })
  server.answers('ok')
  server.pass(33_000)
  expect(server.state.nextCheck).toEqual({ at: server.now + 5_000, trigger: 'canary', deep: false })
})

test('a server that Omni2 disabled is looked at an hour later, and not deep', () => {
  const server = after('connect')
  server.pass(3_000_000)
  const disabledAt = server.told.at(-1)?.at ?? Number.NaN
  expect(server.state.nextCheck).toEqual({ at: disabledAt + 3_600_000, trigger: 'scheduled', deep: false })
})

test('a process that exits is looked at after 5 s, unless a check is due before', () => {
  const exit = { type: 'process_exited', failure: failure('process_exited') } as const
  const server = after('ok')
  server.send(exit)
  expect(server.state.nextCheck).toEqual({ at: 5_000, trigger: 'scheduled', deep: false })
  const due = after('ok')
  due.pass(58_000)
  due.send(exit)
  expect(due.state.nextCheck).toEqual({ at: 60_000, trigger: 'scheduled', deep: false })
})

test('a list that changed is listed by the next check, whoever asks for that', () => {
  const server = after('ok')
  server.answers('ok')
  server.send({ type: 'list_changed' })
  expect(server.request('manual', false)).toMatchObject([{ type: 'run_check', trigger: 'manual', deep: true }])
})

test('nothing but a person or the hourly look makes us check a disabled server', () => {
  const server = after('ok')
  server.send({ type: 'disabled' })
  const before = server.state
  server.send({ type: 'list_changed' })
  server.send({ type: 'call_finished', outcome: 'connect', source: 'me' })
  server.send({ type: 'process_exited', failure: failure('process_exited') })
  expect(server.state).toBe(before)
})

test('a call that fails right after a restart starts a check at once', () => {
  const server = after('ok')
  server.pass(1_000)
  const clock = clockAt(server.now, 0)
  const restart = { policy: POLICY, revision: 1, clock, random: 0.5, firstCheckInMs: 7_000 }
  const { state, effects } = restore(save(server.state, clock), restart)
  server.restarted(state, effects)
  server.send({ type: 'call_finished', outcome: 'connect', source: 'me' })
  expect(server.state.nextCheck).toEqual({ at: server.now, trigger: 'passive', deep: true })
})
