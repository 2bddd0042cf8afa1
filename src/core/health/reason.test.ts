import { expect, test } from 'vitest'
import { failure, POLICY, Simulation } from '../../../test/support/simulation.ts'
import type { Outcome } from '../check.ts'
import { DEFAULT_BREAKER } from './breaker-config.ts'
import { reasonOf } from './reason.ts'

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
const reasonAfter = (...outcomes: Outcome[]) => reasonOf(after(...outcomes).state)

test('a healthy server needs no reason, even under suspicion', () => {
  expect(reasonAfter('ok')).toBeUndefined()
  expect(reasonAfter('ok', 'connect')).toBeUndefined()
})

test('a server that is down tells what its last check found', () => {
  const { code, message, nextAction } = failure()
  expect(reasonAfter('connect')).toEqual({ code, message, nextAction })
})

test('a server that is not known says whether it was never checked or not for too long', () => {
  expect(reasonAfter()).toEqual({
    code: 'never_checked',
    message: 'Not checked yet',
    nextAction: 'Wait for the first check, or check now',
  })
  const silent = after('ok')
  silent.reply = () => 'hangs'
  silent.pass(600_000)
  expect(reasonOf(silent.state)).toEqual({
    code: 'stale',
    message: 'No successful check for too long to call it healthy',
    nextAction: 'Check now',
  })
})

test('a disabled server says who disabled it', () => {
  const server = after('ok')
  server.send({ type: 'disabled' })
  expect(reasonOf(server.state)).toEqual({
    code: 'user_disabled',
    message: 'Disabled by a person',
    nextAction: 'Enable the server to check and use it',
  })
  const dead = after('connect')
  dead.pass(3_000_000)
  expect(reasonOf(dead.state)).toEqual({
    code: 'auto_disabled',
    message: 'Disabled automatically after 10 failed retries in a row',
    nextAction: 'Repair the server, then enable it',
  })
})

test('an open circuit tells the failure it opened on, whether the server was down by then or only suspected', () => {
  const opened = {
    code: 'circuit_open',
    message: 'Calls are stopped: Connection refused',
    nextAction: 'Start the server',
  }
  expect(reasonAfter(...times(5, 'connect'))).toEqual(opened)
  const suspected = after('ok')
  for (let n = 0; n < 10; n++) suspected.send({ type: 'call_finished', outcome: 'connect', source: `caller-${n}` })
  suspected.answers('connect')
  suspected.pass(1_000)
  expect(suspected.state).toMatchObject({ circuit: { kind: 'open' }, health: { kind: 'up' } })
  expect(reasonOf(suspected.state)).toEqual(opened)
})

test('an open circuit of which no failure is known still says what can be done', () => {
  const server = new Simulation({ policy: { ...POLICY, breaker: { ...DEFAULT_BREAKER, halfOpenMaxCalls: 3 } } })
  server.answers('connect')
  server.checks(5)
  server.answers('ok')
  server.checks(2)
  server.pass(0)
  expect(server.state).toMatchObject({ circuit: { kind: 'half_open' }, health: { kind: 'up' } })
  expect(reasonOf(server.state)).toEqual({
    code: 'circuit_open',
    message: 'Calls are stopped after repeated failures',
    nextAction: 'Wait for the next retry, or reset the breaker',
  })
})
