import { expect, test } from 'vitest'
import { clockAt } from '../../../test/support/phases.ts'
import { answer, failure, POLICY, Simulation } from '../../../test/support/simulation.ts'
import { later } from '../clock.ts'
import { badges } from './badges.ts'
import { CLOSED } from './breaker.ts'
import { restore, save } from './restore.ts'
import { derive, describe } from './status.ts'
import { wakeAt } from './wake.ts'

function healthy(): Simulation {
  const server = new Simulation()
  server.pass(0)
  expect(derive(server.state)).toBe('healthy')
  return server
}

test('a new server is checked at once and deep, then every interval, and deep every tenth time', () => {
  const server = new Simulation()
  const deep: boolean[] = []
  for (let n = 0; n < 22; n++) {
    server.checks(1)
    deep.push(server.state.inFlight?.deep ?? false)
    server.pass(0)
  }
  expect(deep.flatMap((yes, n) => (yes ? [n] : []))).toEqual([0, 10, 20])
  expect(server.now).toBe(21 * 60_000)
})

test('a deep check stays due until one succeeds', () => {
  const server = new Simulation()
  server.answers('protocol')
  server.checks(1)
  server.pass(0)
  expect(server.state.nextCheck).toMatchObject({ at: 5_000, deep: true })
})

test('what a deep check asked for found wrong is looked at again in depth', () => {
  const server = healthy()
  server.answers('protocol')
  server.request('manual', true)
  server.pass(0)
  expect(server.state.nextCheck).toMatchObject({ at: server.now + 5_000, deep: true })
})

test('intervals differ by a tenth at most', () => {
  const gapWith = (random: number) => {
    const server = new Simulation({ random: () => random })
    server.pass(0)
    return (wakeAt(server.state) ?? 0) - server.now
  }
  expect([gapWith(0), gapWith(0.5), gapWith(1)]).toEqual([54_000, 60_000, 66_000])
})

test('a check asked for while one is in flight starts nothing', () => {
  const server = healthy()
  server.reply = () => 'hangs'
  expect(server.request('manual')).toHaveLength(1)
  expect(server.request('manual', true)).toEqual([])
  expect(server.request('reload')).toEqual([])
})

test('only on demand does a check start before it is due', () => {
  const server = healthy()
  server.pass(30_000)
  expect(server.request('scheduled')).toEqual([])
  expect(server.request('passive')).toEqual([])
  expect(server.request('manual', true)).toMatchObject([
    { type: 'run_check', trigger: 'manual', deep: true, leaseMs: 11_000 },
  ])
})

test('a check that outlives its lease says nothing of a healthy server, and its result comes too late', () => {
  const server = healthy()
  server.reply = () => 'hangs'
  server.request('manual')
  const token = server.state.lastToken
  server.pass(11_000)
  expect(server.state.inFlight).toBeUndefined()
  server.send({ type: 'check_finished', token, result: answer('connect') })
  expect(server.state.health).toMatchObject({ kind: 'up', failures: 0 })
  expect(server.state.circuit).toEqual(CLOSED)
})

test('a failed call starts a check at once, at most one a second', () => {
  const server = healthy()
  server.pass(30_000)
  const call = () => server.send({ type: 'call_finished', outcome: 'protocol', source: 'me' })
  call()
  server.pass(0)
  expect(server.state.lastStartedAt).toBe(30_000)
  call()
  expect(server.state.nextCheck).toEqual({ at: 31_000, trigger: 'passive', deep: false })
  expect(derive(server.state)).toBe('healthy')
})

test('a call that succeeds is counted, and asks for nothing', () => {
  const server = healthy()
  const { nextCheck } = server.state
  server.pass(30_000)
  server.send({ type: 'call_finished', outcome: 'ok', source: 'me' })
  expect(server.state).toMatchObject({ nextCheck, circuit: { failures: 0, window: [{ calls: 1, failed: 0 }] } })
})

test('a call that fails during a check asks for another after it', () => {
  const server = healthy()
  server.reply = () => ({ result: answer('ok'), takesMs: 4_000 })
  server.request('manual')
  server.send({ type: 'call_finished', outcome: 'connect', source: 'me' })
  server.pass(4_000)
  expect(server.state.inFlight).toMatchObject({ trigger: 'passive', startedAt: server.now })
})

test('calls that say nothing of the server change nothing', () => {
  const server = healthy()
  const before = server.state
  for (const outcome of ['auth', 'throttled', 'app_error', 'cancelled', 'inconclusive'] as const) {
    server.send({ type: 'call_finished', outcome, source: 'me' })
  }
  expect(server.state).toBe(before)
})

test('a changed list is looked at once, deep', () => {
  const server = healthy()
  server.pass(10_000)
  server.send({ type: 'list_changed' })
  expect(server.state.nextCheck).toEqual({ at: server.now, trigger: 'scheduled', deep: true })
})

test('nobody asks again before the Retry-After is over, except on demand', () => {
  const server = healthy()
  server.answers('throttled', { retryAfterMs: 120_000 })
  server.request('manual')
  server.pass(0)
  server.send({ type: 'list_changed' })
  server.send({ type: 'call_finished', outcome: 'connect', source: 'me' })
  server.send({ type: 'policy_changed', policy: POLICY })
  expect(server.state.nextCheck?.at).toBe(120_000)
  expect(server.request('manual')).toHaveLength(1)
})

test('a refused credential is tried again at the interval, not fast', () => {
  const server = healthy()
  server.answers('auth')
  server.checks(1)
  server.pass(0)
  expect(server.state.nextCheck?.at).toBe(server.now + 60_000)
})

test('disabled by a person: nothing is scheduled, and a check on demand only looks', () => {
  const server = healthy()
  server.send({ type: 'disabled' })
  expect(describe(server.state)).toMatchObject({ status: 'disabled', reasonCode: 'user_disabled', badges: [] })
  expect(wakeAt(server.state)).toBeUndefined()
  server.answers('connect')
  expect(server.request('manual')).toHaveLength(1)
  server.pass(0)
  expect(describe(server.state)).toMatchObject({ status: 'disabled', wouldBeHealthy: false, lastCheckAt: server.now })
  expect(server.state.health.kind).toBe('up')
  expect(wakeAt(server.state)).toBeUndefined()
})

test('disabling a disabled server changes nothing', () => {
  const server = healthy()
  server.send({ type: 'disabled' })
  const before = server.state
  server.pass(60_000)
  server.send({ type: 'disabled' })
  expect(server.state).toBe(before)
})

test('a person who disables what Omni2 had disabled takes over, and what the last look saw stays', () => {
  const server = new Simulation()
  server.answers('connect')
  server.pass(3_000_000)
  server.answers('ok')
  server.pass(3_600_000)
  server.send({ type: 'disabled' })
  expect(server.state.admin).toEqual({ kind: 'inactive', by: 'user', at: server.now, wouldBeHealthy: true })
  expect(wakeAt(server.state)).toBeUndefined()
})

test('a look at a disabled server that tells nothing leaves what the last one saw', () => {
  const server = healthy()
  server.send({ type: 'disabled' })
  for (const [outcome, wouldBeHealthy] of [
    ['ok', true],
    ['throttled', true],
    ['protocol', false],
    ['inconclusive', false],
    ['cancelled', false],
    ['app_error', true],
  ] as const) {
    server.answers(outcome)
    server.request('manual')
    server.pass(0)
    expect(server.state.admin).toMatchObject({ wouldBeHealthy })
  }
})

test('time alone changes nothing of a disabled server, however long', () => {
  const server = healthy()
  server.send({ type: 'disabled' })
  const before = server.state
  server.pass(86_400_000)
  server.send({ type: 'time_passed' })
  expect(server.state).toBe(before)
})

test('a reset of the breaker says nothing to a disabled server', () => {
  const server = healthy()
  server.send({ type: 'disabled' })
  const before = server.state
  server.send({ type: 'breaker_reset' })
  expect(server.state).toBe(before)
})

test('a disabled server keeps no calls', () => {
  const server = healthy()
  server.send({ type: 'call_finished', outcome: 'ok', source: 'me' })
  expect(server.state.circuit).toMatchObject({ window: [{ calls: 1 }] })
  server.send({ type: 'disabled' })
  expect(server.state.circuit).toMatchObject({ window: [] })
})

test('disabled during a check: the check only looks from then on', () => {
  const server = healthy()
  server.reply = () => ({ result: answer('auth'), takesMs: 100 })
  server.request('manual')
  server.send({ type: 'disabled' })
  server.pass(100)
  expect(server.state).toMatchObject({ admin: { wouldBeHealthy: false }, health: { kind: 'up' } })
})

test('enabled again: unknown, in a new generation, and checked at once', () => {
  const server = healthy()
  server.send({ type: 'disabled' })
  const { generation } = server.state
  server.send({ type: 'enabled' })
  expect(server.state).toMatchObject({
    generation: generation + 1,
    health: { kind: 'unknown', cause: 'never_checked' },
    nextCheck: { at: 0, trigger: 'scheduled', deep: true },
  })
  server.pass(0)
  expect(server.statuses.map(([, status]) => status)).toEqual(['healthy', 'disabled', 'unknown', 'healthy'])
})

test('enabling an active server changes nothing, unless its circuit is not closed: that closes', () => {
  const server = healthy()
  const before = server.state
  server.send({ type: 'enabled' })
  expect(server.state).toBe(before)
  server.answers('connect')
  server.checks(5)
  server.pass(0)
  expect(derive(server.state)).toBe('circuit_open')
  server.send({ type: 'enabled' })
  expect(derive(server.state)).toBe('disconnected')
})

test('another configuration makes it unknown, voids the check in flight, and is checked at once', () => {
  const server = healthy()
  server.reply = () => ({ result: answer('connect'), takesMs: 100 })
  server.request('manual')
  server.send({ type: 'configured', revision: 2, policy: { ...POLICY, timeoutMs: 20_000 } })
  expect(server.state).toMatchObject({ revision: 2, policy: { timeoutMs: 20_000 }, health: { kind: 'unknown' } })
  server.answers('ok')
  server.pass(100)
  expect(derive(server.state)).toBe('healthy')
})

test('an older configuration is not taken back', () => {
  const server = healthy()
  const before = server.state
  server.send({ type: 'configured', revision: 1, policy: POLICY })
  expect(server.state).toBe(before)
})

test('a disabled server stays disabled when its configuration changes', () => {
  const server = healthy()
  server.send({ type: 'disabled' })
  server.request('manual')
  server.pass(0)
  server.send({ type: 'configured', revision: 2, policy: POLICY })
  expect(describe(server.state)).toMatchObject({ status: 'disabled', wouldBeHealthy: undefined })
  expect(wakeAt(server.state)).toBeUndefined()
})

test('a server that Omni2 disabled is looked at once when its configuration changes', () => {
  const server = new Simulation()
  server.answers('connect')
  server.pass(3_000_000)
  server.send({ type: 'configured', revision: 2, policy: POLICY })
  expect(derive(server.state)).toBe('disabled')
  expect(wakeAt(server.state)).toBe(server.now)
})

test('a configuration that changes right after a restart leaves no badge of before', () => {
  const server = healthy()
  const clock = clockAt(server.now, 0)
  const restart = { policy: POLICY, revision: 1, clock, random: 0.5, firstCheckInMs: 7_000 }
  const { state, effects } = restore(save(server.state, clock), restart)
  server.restarted(state, effects)
  expect(badges(server.state)).toEqual(['stale'])
  server.send({ type: 'configured', revision: 2, policy: POLICY })
  expect(badges(server.state)).toEqual([])
})

test('a shorter interval holds at once and forgets nothing', () => {
  const server = healthy()
  server.send({ type: 'policy_changed', policy: { ...POLICY, intervalMs: 10_000 } })
  expect(server.state.nextCheck?.at).toBe(10_000)
  expect(derive(server.state)).toBe('healthy')
})

test('a healthy server wakes for its next check, one in flight for its lease', () => {
  const server = healthy()
  expect(wakeAt(server.state)).toBe(60_000)
  server.reply = () => 'hangs'
  server.request('manual')
  expect(wakeAt(server.state)).toBe(11_000)
})

test('a slow interval still wakes in time to call the health stale', () => {
  const server = new Simulation({ policy: { ...POLICY, intervalMs: 5_000, timeoutMs: 60_000 } })
  server.pass(0)
  server.answers('throttled', { retryAfterMs: 299_000 })
  server.checks(1)
  server.pass(0)
  expect(server.state.nextCheck?.at).toBe(later(server.now, 299_000))
  server.reply = () => 'hangs'
  server.pass(3_600_000)
  expect(derive(server.state)).toBe('unknown')
})

test('a process that exits while the server is disabled is no news', () => {
  const server = healthy()
  server.send({ type: 'disabled' })
  const before = server.state
  server.send({ type: 'process_exited', failure: failure('process_exited') })
  expect(server.state).toBe(before)
})
