import type { CheckResult } from '../../src/core/check.ts'
import { type Clock, instant, timestamp } from '../../src/core/clock.ts'
import { Secret } from '../../src/core/config/secret.ts'
import type { Server, ServerConfig } from '../../src/core/config/server.ts'
import type { ServerId } from '../../src/core/ids.ts'
import type { Upstreams } from '../../src/core/ports.ts'

/** Time that moves only when told. Wall and monotonic time are 2026-01-01 and 0 at first, and move together. */
export class FakeClock implements Clock {
  #now = 0
  #wallOffset = Date.UTC(2026, 0, 1)
  #timers: { readonly at: number; readonly wake: () => void }[] = []

  now() {
    return instant(this.#now)
  }
  wall() {
    return timestamp(this.#wallOffset + this.#now)
  }
  get wallAheadMs() {
    return this.#wallOffset
  }
  after(ms: number, wake: () => void) {
    const timer = { at: this.#now + ms, wake }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }
  /** How many timers are set. */
  get waiting(): number {
    return this.#timers.length
  }
  /** Someone sets the computer's clock. */
  jumpWall(ms: number) {
    this.#wallOffset += ms
  }
  /** Moves time forward, timer by timer, and lets everything that became due run. */
  async advance(ms: number) {
    const until = this.#now + ms
    await settle()
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.#now = Math.max(this.#now, due.at)
      due.wake()
      await settle()
    }
    this.#now = Math.max(this.#now, until)
  }
  /** What the process does takes so long. */
  pass(ms: number) {
    this.#now += ms
  }
  /** The process stands still: time passes, and no timer runs until it is over. */
  async stall(ms: number) {
    this.#now += ms
    await this.advance(0)
  }
}

/** Lets promises that need nothing but the event loop resolve. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}

export const anHttpConfig = (over: Partial<ServerConfig> = {}): ServerConfig => ({
  name: 'github',
  description: '',
  target: { protocol: 'http-streamable', url: new Secret('http://upstream.test/mcp', 'http://upstream.test/mcp') },
  auth: { type: 'none' },
  timeoutMs: 10_000,
  callTimeoutMs: 60_000,
  checkIntervalMs: 60_000,
  breakerOverride: {},
  recordPayloads: false,
  gatewayProcess: 'shared',
  ...over,
})

export const ok: CheckResult = {
  outcome: 'ok',
  stages: [{ stage: 'handshake', ok: true, ms: 5 }],
  responseTimeMs: 5,
  identity: { era: 'legacy', protocolVersion: '2025-11-25', serverInfo: { name: 'fake', version: '1' } },
  capabilities: undefined,
}

export const refused: CheckResult = {
  outcome: 'connect',
  failure: {
    code: 'connect_refused',
    stage: 'connect',
    message: 'Connection refused',
    nextAction: 'Start the server.',
  },
  stages: [{ stage: 'connect', ok: false, ms: 1 }],
  responseTimeMs: 1,
  identity: undefined,
  capabilities: undefined,
}

export const denied: CheckResult = {
  outcome: 'auth',
  failure: { code: 'auth_required', stage: 'auth', message: 'It wants credentials', nextAction: 'Set a token.' },
  stages: [{ stage: 'auth', ok: false, ms: 1 }],
  responseTimeMs: 1,
  identity: undefined,
  capabilities: undefined,
}

type Ask = { readonly id: ServerId; readonly deep: boolean }

/** Upstreams whose answers a test decides: a result, or one that comes only when the test releases it. */
export class FakeUpstreams implements Pick<Upstreams, 'check' | 'drop'> {
  readonly asked: Ask[] = []
  readonly dropped: ServerId[] = []
  /** Whether the last check was one that a person asked for. */
  lastOnDemand = false
  answer: (server: Server, deep: boolean, signal: AbortSignal) => CheckResult | Promise<CheckResult> = () => ok

  async check(server: Server, { deep, onDemand }: { deep: boolean; onDemand: boolean }, signal: AbortSignal) {
    this.asked.push({ id: server.id, deep })
    this.lastOnDemand = onDemand
    return this.answer(server, deep, signal)
  }
  async drop(id: ServerId) {
    this.dropped.push(id)
  }
}

/** For who must be told of errors where none may be. */
export const rise = (error: unknown): never => {
  throw error
}
