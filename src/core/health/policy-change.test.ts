import { expect, test } from 'vitest'
import { answer, POLICY, Simulation } from '../../../test/support/simulation.ts'
import { DEFAULT_BREAKER } from './breaker-config.ts'
import { derive } from './status.ts'

const OFF = { ...POLICY, breaker: { ...DEFAULT_BREAKER, enabled: false } }

function healthy(policy = POLICY): Simulation {
  const server = new Simulation({ policy })
  server.pass(0)
  return server
}

function opened(): Simulation {
  const server = new Simulation()
  server.answers('connect')
  server.checks(5)
  server.pass(0)
  return server
}

test('a longer interval holds from the next check on, and delays none that is planned', () => {
  const server = healthy()
  server.send({ type: 'policy_changed', policy: { ...POLICY, intervalMs: 600_000 } })
  expect(server.state.nextCheck?.at).toBe(60_000)
  server.pass(60_000)
  expect(server.state.nextCheck?.at).toBe(660_000)
})

test('a change that concerns a closed circuit moves no check and forgets no call', () => {
  for (const policy of [POLICY, OFF]) {
    const server = healthy(policy)
    server.send({ type: 'call_finished', outcome: 'ok', source: 'me' })
    server.pass(10_000)
    const { circuit, nextCheck } = server.state
    server.send({ type: 'policy_changed', policy: { ...policy, timeoutMs: 20_000 } })
    expect(server.state).toMatchObject({ circuit, nextCheck, policy: { timeoutMs: 20_000 } })
  }
})

test('a change does not put off the look at a server that Omni2 disabled', () => {
  const server = opened()
  server.answers('connect')
  server.pass(3_000_000)
  const { nextCheck } = server.state
  server.pass(1_000)
  server.send({ type: 'policy_changed', policy: { ...POLICY, timeoutMs: 20_000 } })
  expect(server.state).toMatchObject({ admin: { by: 'auto' }, nextCheck })
})

test('a breaker that is switched off lets its server be checked as any other', () => {
  const server = opened()
  server.send({ type: 'policy_changed', policy: OFF })
  expect(server.state).toMatchObject({
    circuit: { kind: 'closed', failures: 5 },
    nextCheck: { at: server.now + 60_000, trigger: 'scheduled', deep: true },
  })
})

test('a canary in flight when the breaker is switched off is judged as an ordinary check', () => {
  const server = opened()
  server.reply = () => ({ result: answer('connect'), takesMs: 1_000 })
  server.request('manual')
  server.send({ type: 'policy_changed', policy: OFF })
  expect(server.state).toMatchObject({ circuit: { kind: 'closed', failures: 5 }, nextCheck: undefined })
  server.pass(1_000)
  expect(server.state.circuit).toMatchObject({ kind: 'closed', failures: 6 })
  expect(derive(server.state)).toBe('disconnected')
})

test('a breaker that is switched off while its server is disabled says nothing until that is enabled', () => {
  const server = opened()
  server.send({ type: 'disabled' })
  const { circuit } = server.state
  server.send({ type: 'policy_changed', policy: OFF })
  expect(server.state).toMatchObject({ circuit, nextCheck: undefined })
})
