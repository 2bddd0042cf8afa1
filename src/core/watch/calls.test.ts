import { expect, test } from 'vitest'
import { anHttpConfig, FakeClock } from '../../../test/support/fakes.ts'
import { DEFAULT_BREAKER } from '../health/breaker-config.ts'
import { next } from '../health/reducer.ts'
import { initial } from '../health/restore.ts'
import type { ServerState } from '../health/state.ts'
import { serverId } from '../ids.ts'
import type { CallResult } from '../ports.ts'
import { Calls } from './calls.ts'
import { Fleet } from './fleet.ts'

const id = serverId(7)
const never = new AbortController().signal
const timedOut: CallResult = {
  outcome: 'protocol',
  failure: { code: 'timeout', stage: 'handshake', message: 'No answer', nextAction: 'Look at the server.' },
  durationMs: 60_000,
}

function start(change: (state: ServerState) => ServerState = (state) => state) {
  const clock = new FakeClock()
  const fleet = new Fleet()
  const policy = { intervalMs: 60_000, timeoutMs: 10_000, breaker: DEFAULT_BREAKER }
  const server = { id, revision: 1, config: anHttpConfig(), createdAt: clock.wall(), updatedAt: clock.wall() }
  const state = change(initial(policy, 1, clock.now()))
  fleet.put({ server, state, identity: undefined, capabilities: undefined })
  const observed: string[] = []
  let contacts = 0
  const calls = new Calls({
    fleet,
    clock,
    monitor: { observeCall: (_id, outcome, source) => observed.push(`${outcome} of ${source}`) },
    upstreams: {
      callTool: async () => {
        contacts++
        return timedOut
      },
    },
  })
  const call = () => calls.callTool(id, { tool: 'search', args: {}, principal: 'token 1' }, never)
  return { call, observed, contacts: () => contacts }
}

test('a call to a closed circuit reaches the server, and the monitor hears how it went', async () => {
  const { call, observed } = start()
  expect(await call()).toBe(timedOut)
  expect(observed).toEqual(['protocol of token 1 search'])
})

test('an open circuit refuses before anything is contacted, and says when to try again', async () => {
  const { call, contacts } = start((state) => {
    const now = new FakeClock().now()
    const open = { kind: 'open', openedAt: now, retryAt: now, failures: 5, cycles: 1, failedCanaries: 0 } as const
    return { ...state, circuit: open }
  })
  await expect(call()).rejects.toMatchObject({ code: 'circuit_open', retryAfterMs: 1_000 })
  expect(contacts()).toBe(0)
})

test('a disabled server is not called', async () => {
  const { call, contacts } = start((state) => next(state, { type: 'disabled' }, new FakeClock().now(), 0).state)
  await expect(call()).rejects.toMatchObject({ code: 'conflict' })
  expect(contacts()).toBe(0)
})
