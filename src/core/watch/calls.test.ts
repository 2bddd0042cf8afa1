import { expect, test } from 'vitest'
import { anHttpConfig, FakeClock } from '../../../test/support/fakes.ts'
import { instant } from '../clock.ts'
import { DEFAULT_BREAKER } from '../health/breaker-config.ts'
import { next } from '../health/reducer.ts'
import { initial } from '../health/restore.ts'
import type { ServerState } from '../health/state.ts'
import { serverId } from '../ids.ts'
import type { CallResult } from '../ports.ts'
import { Bulkhead } from './bulkhead.ts'
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
    bulkhead: new Bulkhead(),
    monitor: { observeCall: (_id, outcome, source) => observed.push(`${outcome} of ${source}`) },
    upstreams: {
      callTool: async () => {
        contacts++
        return timedOut
      },
    },
  })
  const call = () => calls.callTool(id, { tool: 'search', args: {}, principal: 'token 1' }, never)
  return { clock, call, observed, contacts: () => contacts }
}

test('a call to a closed circuit reaches the server, and the monitor hears how it went', async () => {
  const { call, observed } = start()
  expect((await call()).result).toBe(timedOut)
  expect(observed).toEqual(['protocol of token 1 search'])
})

const open = { kind: 'open', openedAt: instant(0), failures: 5, cycles: 1, failedCanaries: 0 } as const

test.each([
  ['open', { ...open, retryAt: instant(90_000) }, '2026-01-01T00:01:30.000Z', 30_000],
  ['open and due', { ...open, retryAt: instant(60_000) }, '2026-01-01T00:01:00.000Z', 1_000],
  ['half open', { ...open, kind: 'half_open', passed: 1 } as const, '2026-01-01T00:01:00.000Z', 1_000],
])(
  'a circuit that is %s refuses before anything is contacted, and says when to try again',
  async (_, circuit, until, ms) => {
    const { call, contacts, clock } = start((state) => ({ ...state, circuit }))
    await clock.advance(60_000)
    await expect(call()).rejects.toMatchObject({
      code: 'circuit_open',
      message: `The circuit of "github" is open until ${until}. Calls are stopped after repeated failures`,
      retryAfterMs: ms,
    })
    expect(contacts()).toBe(0)
  },
)

test('a disabled server is not called', async () => {
  const { call, contacts } = start((state) => next(state, { type: 'disabled' }, new FakeClock().now(), 0).state)
  await expect(call()).rejects.toMatchObject({
    code: 'conflict',
    message: '"github" is disabled; enable it to call its tools',
  })
  expect(contacts()).toBe(0)
})
