import { expect, test } from 'vitest'
import { POLICY, Simulation } from '../../../test/support/simulation.ts'
import type { Outcome } from '../check.ts'
import { badges } from './badges.ts'
import { DEFAULT_BREAKER } from './breaker-config.ts'
import { derive } from './status.ts'
import { wakeAt } from './wake.ts'

/** Meets checks on demand, all at the same moment, so that no penalty decays between them. */
function meets(server: Simulation, ...outcomes: Outcome[]): Simulation {
  for (const outcome of outcomes) {
    server.answers(outcome)
    server.request('manual')
    server.pass(0)
  }
  return server
}

const isFlapping = ({ state }: Simulation): boolean => badges(state).includes('flapping')
const healthy = (): Simulation => meets(new Simulation(), 'ok')
const FALL_AND_RISE: readonly Outcome[] = ['auth', 'ok', 'ok']

test('the third fall makes it flapping when the first two have not decayed', () => {
  const server = meets(healthy(), ...FALL_AND_RISE, ...FALL_AND_RISE)
  expect(isFlapping(server)).toBe(false)
  expect(isFlapping(meets(server, 'auth'))).toBe(true)
})

test('a server that never worked has not fallen', () => {
  const server = meets(new Simulation(), ...FALL_AND_RISE, ...FALL_AND_RISE, 'auth')
  expect(isFlapping(server)).toBe(false)
  expect(isFlapping(meets(server, 'ok', 'ok', 'auth'))).toBe(true)
})

test('a configuration that a person changes is no fall', () => {
  const server = healthy()
  server.send({ type: 'configured', revision: 2, policy: POLICY })
  meets(server, 'ok', ...FALL_AND_RISE, 'auth')
  expect(isFlapping(server)).toBe(false)
})

test('faults that take turns tell of a change each time, and each is a fall', () => {
  const server = meets(new Simulation(), 'connect', 'protocol', 'connect')
  expect(isFlapping(server)).toBe(false)
  expect(isFlapping(meets(server, 'protocol'))).toBe(true)
})

test('a circuit that opens after the fall counts half, so two real deaths in a row are not flapping', () => {
  const death: readonly Outcome[] = [...Array<Outcome>(5).fill('connect'), 'ok', 'ok']
  const server = healthy()
  meets(server, ...death)
  server.pass(1_000)
  meets(server, ...death)
  expect(isFlapping(server)).toBe(false)
  meets(server, 'auth')
  expect(isFlapping(server)).toBe(true)
})

test('a circuit that closes on another trouble counts half, too', () => {
  const dead: readonly Outcome[] = Array<Outcome>(5).fill('connect')
  const server = meets(new Simulation(), ...dead, 'auth', 'auth', ...dead)
  expect(derive(server.state)).toBe('circuit_open')
  expect(isFlapping(server)).toBe(false)
  expect(isFlapping(meets(server, 'auth', 'auth'))).toBe(true)
})

test('a circuit that opens while the server was healthy is a whole fall', () => {
  const server = healthy()
  for (let fall = 0; fall < 3; fall++) {
    for (let n = 0; n < 10; n++) server.send({ type: 'call_finished', outcome: 'connect', source: `caller-${n}` })
    expect(derive(meets(server, 'connect').state)).toBe('circuit_open')
    expect(isFlapping(server)).toBe(fall === 2)
    meets(server, 'ok', 'ok', 'ok')
  }
})

test('it fades on time, however seldom the server is checked', () => {
  const server = new Simulation({ policy: { ...POLICY, intervalMs: 86_400_000, breaker: DEFAULT_BREAKER } })
  meets(server, 'ok', ...FALL_AND_RISE, ...FALL_AND_RISE, 'auth')
  const fadesAt = Math.ceil(600_000 * Math.log2(3)) + 1
  expect(wakeAt(server.state)).toBe(fadesAt)
  server.answers('auth')
  server.pass(fadesAt - 2)
  expect(isFlapping(server)).toBe(true)
  server.pass(2)
  expect(isFlapping(server)).toBe(false)
})
