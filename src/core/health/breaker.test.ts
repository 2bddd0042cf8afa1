import { expect, test } from 'vitest'
import { answer, failure, POLICY, Simulation } from '../../../test/support/simulation.ts'
import type { Outcome } from '../check.ts'
import { type BreakerConfig, DEFAULT_BREAKER } from './breaker-config.ts'
import { derive, describe } from './status.ts'

const serverWith = (breaker: Partial<BreakerConfig> = {}, random = 0): Simulation =>
  new Simulation({ policy: { ...POLICY, breaker: { ...DEFAULT_BREAKER, ...breaker } }, random: () => random })

function meets(server: Simulation, outcome: Outcome, count: number): void {
  server.answers(outcome)
  server.checks(count)
  server.pass(0)
}

function opened(breaker?: Partial<BreakerConfig>, random?: number): Simulation {
  const server = serverWith(breaker, random)
  meets(server, 'connect', 5)
  expect(server.state.circuit.kind).toBe('open')
  return server
}

const openFor = ({ state: { circuit } }: Simulation): number =>
  circuit.kind === 'open' ? circuit.retryAt - circuit.openedAt : Number.NaN

const calls = (server: Simulation, outcome: Outcome, count: number, sources = 2): void => {
  for (let n = 0; n < count; n++) server.send({ type: 'call_finished', outcome, source: `caller-${n % sources}` })
}

test('five failures in a row open it, and a success begins the row anew', () => {
  const server = serverWith()
  meets(server, 'protocol', 4)
  meets(server, 'ok', 1)
  meets(server, 'connect', 4)
  expect(server.state.circuit).toMatchObject({ kind: 'closed', failures: 4 })
  meets(server, 'connect', 1)
  expect(describe(server.state)).toMatchObject({ status: 'circuit_open', reasonCode: 'circuit_open' })
})

test('it is open for 30 s doubled with each failed canary, up to 300 s, and up to a fifth longer', () => {
  const lengths = (random: number) => {
    const server = opened({}, random)
    return Array.from({ length: 6 }, () => {
      const ms = openFor(server)
      meets(server, 'connect', 1)
      return ms
    })
  }
  expect(lengths(0)).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000])
  expect(lengths(1)).toEqual([36_000, 72_000, 144_000, 288_000, 360_000, 360_000])
})

test('at its time a canary is sent, and not a moment before', () => {
  const server = opened()
  meets(server, 'ok', 0)
  server.pass(29_999)
  expect(server.state.circuit.kind).toBe('open')
  expect(server.request('scheduled')).toEqual([])
  server.pass(1)
  expect(server.state.circuit).toMatchObject({ kind: 'half_open', passed: 1 })
})

test('a child that exits while its circuit is open counts nothing more', () => {
  const server = serverWith({ failureThreshold: 100 })
  meets(server, 'ok', 1)
  calls(server, 'connect', 20)
  meets(server, 'connect', 1)
  expect(server.state).toMatchObject({ circuit: { kind: 'open', failures: 21 }, health: { kind: 'up' } })
  server.send({ type: 'process_exited', failure: failure('process_exited') })
  expect(server.state).toMatchObject({ circuit: { kind: 'open', failures: 21 }, health: { kind: 'down' } })
})

test('two canaries in a row close it, 5 s apart', () => {
  const server = opened()
  server.answers('ok')
  server.pass(35_000)
  expect(derive(server.state)).toBe('healthy')
})

test('an authorised check on demand is the canary before its time; a passive one is not', () => {
  const server = opened()
  server.answers('ok')
  expect(server.request('passive')).toEqual([])
  expect(server.request('manual', true)).toMatchObject([
    { type: 'run_check', trigger: 'manual', deep: true },
    { type: 'circuit_changed', from: 'open', to: 'half_open' },
  ])
  server.pass(5_000)
  expect(derive(server.state)).toBe('healthy')
})

test('auth and app_error pass a canary, since something answers', () => {
  const refused = opened()
  meets(refused, 'auth', 2)
  expect(derive(refused.state)).toBe('unhealthy')
  const alive = opened()
  meets(alive, 'app_error', 2)
  expect(derive(alive.state)).toBe('healthy')
})

test('a canary that told nothing opens it again for as long as before, and counts nothing', () => {
  for (const outcome of ['throttled', 'inconclusive', 'cancelled'] as const) {
    const server = opened()
    meets(server, 'connect', 1)
    const before = server.state.circuit
    meets(server, outcome, 1)
    expect(server.state.circuit).toMatchObject({ kind: 'open', cycles: before.cycles, failedCanaries: 1 })
    expect(openFor(server)).toBe(60_000)
  }
})

test('a canary that was asked to stay away opens it for at least so long', () => {
  const server = opened()
  server.answers('throttled', { retryAfterMs: 200_000 })
  server.checks(1)
  server.pass(0)
  expect(openFor(server)).toBe(200_000)
})

test('a canary whose lease lapses has failed', () => {
  const server = opened()
  server.reply = () => 'hangs'
  server.pass(30_000 + 11_000)
  expect(server.state.circuit).toMatchObject({ kind: 'open', failedCanaries: 1 })
  expect(openFor(server)).toBe(60_000)
})

test('a relapse opens it for longer than the first time, and each ten healthy minutes forgive one step', () => {
  const server = opened()
  meets(server, 'connect', 2)
  meets(server, 'ok', 2)
  meets(server, 'connect', 5)
  expect(openFor(server)).toBe(240_000)
  meets(server, 'ok', 2)
  server.pass(1_200_000)
  meets(server, 'connect', 5)
  expect(openFor(server)).toBe(120_000)
})

test('ten minutes of health shorten the next open, however long the server failed before', () => {
  const server = opened({ openMs: 75_000 })
  meets(server, 'connect', 6)
  expect(openFor(server)).toBe(300_000)
  meets(server, 'ok', 2)
  server.pass(600_000)
  meets(server, 'connect', 5)
  expect(openFor(server)).toBe(150_000)
})

test('failed calls count, but only a check that fails as well opens it', () => {
  const server = serverWith()
  meets(server, 'ok', 1)
  calls(server, 'connect', 9, 1)
  expect(server.state.circuit).toMatchObject({ kind: 'closed', failures: 9 })
  expect(server.state.nextCheck).toMatchObject({ trigger: 'passive', at: server.now + 1_000 })
  server.answers('connect')
  server.pass(1_000)
  expect(derive(server.state)).toBe('circuit_open')
})

test('a check that succeeds after failed calls ends their row', () => {
  const server = serverWith()
  meets(server, 'ok', 1)
  calls(server, 'connect', 9, 1)
  meets(server, 'ok', 1)
  expect(server.state.circuit).toMatchObject({ kind: 'closed', failures: 0 })
})

test('half of ten calls failing for two sources, then a check that was started, opens it', () => {
  const outcomeOf = (failed: number, sources: number, passed = 6) => {
    const server = serverWith({ failureThreshold: 100 })
    meets(server, 'ok', 1)
    calls(server, 'ok', passed)
    calls(server, 'protocol', failed, sources)
    server.answers('connect')
    server.pass(1_000)
    return server.state.circuit.kind
  }
  expect(outcomeOf(6, 2)).toBe('open')
  expect(outcomeOf(5, 2)).toBe('closed')
  expect(outcomeOf(9, 1)).toBe('closed')
  expect(outcomeOf(5, 2, 4)).toBe('closed')
  expect(outcomeOf(5, 2, 5)).toBe('open')
})

test('a check that ran already when the rate rose confirms nothing', () => {
  const server = serverWith({ failureThreshold: 100 })
  meets(server, 'ok', 1)
  server.pass(50_000)
  server.reply = () => ({ result: answer('connect'), takesMs: 500 })
  server.request('manual')
  calls(server, 'protocol', 20)
  server.pass(500)
  expect(server.state.circuit.kind).toBe('closed')
  server.pass(1_000)
  expect(server.state.circuit.kind).toBe('open')
})

test('calls older than a minute are forgotten', () => {
  const server = serverWith({ failureThreshold: 100 })
  meets(server, 'ok', 1)
  calls(server, 'protocol', 20)
  server.pass(60_000)
  server.send({ type: 'time_passed' })
  expect(server.state.circuit).toMatchObject({ window: [] })
})

test('a server dead for half an hour with ten failed canaries is disabled, and looked at hourly', () => {
  const server = opened()
  server.answers('connect')
  server.pass(2_300_000)
  expect(derive(server.state)).toBe('disabled')
  expect(server.count('auto_disabled')).toBe(1)
  expect(describe(server.state)).toMatchObject({
    reasonCode: 'auto_disabled',
    autoDisabledReason: 'Disabled automatically after 10 failed retries in a row',
    circuit: { failureCycles: 10 },
    wouldBeHealthy: undefined,
  })
  server.answers('ok')
  const checks = server.count('run_check')
  server.pass(3_600_000)
  expect(server.count('run_check') - checks).toBe(1)
  expect(describe(server.state)).toMatchObject({ status: 'disabled', wouldBeHealthy: true })
})

test('few cycles alone disable nothing before half an hour is over', () => {
  const server = opened({ maxFailureCycles: 1 })
  server.answers('connect')
  server.pass(1_799_999 - server.now)
  server.request('manual')
  server.pass(0)
  expect(derive(server.state)).toBe('circuit_open')
  server.pass(1)
  server.request('manual')
  server.pass(0)
  expect(derive(server.state)).toBe('disabled')
})

test('the half hour begins with the fall: long health before it does not count', () => {
  const server = serverWith({ maxFailureCycles: 1 })
  meets(server, 'ok', 1)
  server.pass(7_200_000)
  server.answers('connect')
  server.pass(1_700_000)
  expect(derive(server.state)).toBe('circuit_open')
})

test('the half hour begins when the circuit opens, also while the health still stands', () => {
  const server = serverWith({ maxFailureCycles: 1 })
  meets(server, 'ok', 1)
  calls(server, 'connect', 20)
  server.answers('connect')
  server.pass(1_000)
  expect(server.state).toMatchObject({ circuit: { kind: 'open' }, health: { kind: 'up' }, downSince: 1_000 })
  server.answers('inconclusive')
  server.pass(1_800_000 - 1)
  server.answers('connect')
  server.request('manual')
  server.pass(0)
  expect(derive(server.state)).toBe('circuit_open')
  server.pass(1)
  server.request('manual')
  server.pass(0)
  expect(derive(server.state)).toBe('disabled')
})

test('nothing is disabled while a common cause is suspected, and no open lasts over 60 s', () => {
  const server = opened()
  server.send({ type: 'common_cause', active: true })
  server.answers('connect')
  server.pass(6_000_000)
  expect(derive(server.state)).toBe('circuit_open')
  expect(openFor(server)).toBe(60_000)
  server.send({ type: 'common_cause', active: false })
  server.pass(60_000)
  expect(derive(server.state)).toBe('disabled')
})

test('nothing is disabled automatically when that is switched off', () => {
  const server = opened({ autoDisableEnabled: false })
  server.answers('connect')
  server.pass(9_000_000)
  expect(derive(server.state)).toBe('circuit_open')
})

test('a breaker that is switched off never opens, and a dead server is then checked at its interval', () => {
  const server = serverWith({ enabled: false })
  server.answers('connect')
  server.pass(3_600_000)
  expect(derive(server.state)).toBe('disconnected')
  expect(server.count('run_check')).toBeLessThan(75)
})

test('a breaker that is switched off while open closes, and the health goes on', () => {
  const server = opened()
  server.send({ type: 'policy_changed', policy: { ...POLICY, breaker: { ...DEFAULT_BREAKER, enabled: false } } })
  expect(derive(server.state)).toBe('disconnected')
  meets(server, 'ok', 2)
  expect(derive(server.state)).toBe('healthy')
})

test('a reset closes it, forgets its cycles and checks at once', () => {
  const server = opened()
  meets(server, 'connect', 3)
  const { generation } = server.state
  server.send({ type: 'breaker_reset' })
  expect(describe(server.state)).toMatchObject({
    status: 'disconnected',
    circuit: { state: 'closed', failureCount: 0, failureCycles: 0 },
  })
  expect(server.state).toMatchObject({
    generation: generation + 1,
    nextCheck: { at: server.now, trigger: 'scheduled', deep: false },
  })
  meets(server, 'connect', 5)
  expect(openFor(server)).toBe(30_000)
})
