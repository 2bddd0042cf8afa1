import type { Clock } from '../../src/core/clock.ts'
import { timestamp } from '../../src/core/clock.ts'
import { Secret } from '../../src/core/config/secret.ts'
import type { Server, ServerConfig } from '../../src/core/config/server.ts'
import { serverId } from '../../src/core/ids.ts'
import type { UpstreamSignal } from '../../src/core/ports.ts'
import { meansOf } from '../../src/mcp/means.ts'
import { McpUpstreams, type UpstreamsDeps } from '../../src/mcp/upstreams.ts'
import { systemClock } from '../../src/server/system-clock.ts'
import { anHttpConfig } from './fakes.ts'

export const FOREVER = new AbortController().signal

/** Upstreams on the real network with what a test wants different; `await using` closes every connection. */
export function someUpstreams(over: Partial<UpstreamsDeps> = {}) {
  const signals: UpstreamSignal[] = []
  const upstreams = new McpUpstreams({
    clock: systemClock,
    env: {},
    addresses: { allowLoopback: true, allow: [], deny: [] },
    ca: undefined,
    clientInfo: { name: 'omni2-test', version: '0.0.0' },
    means: meansOf(),
    onSignal: (signal) => signals.push(signal),
    openProcess: () => {
      throw new Error('no processes here')
    },
    ...over,
  })
  const shallow = (server: Server, signal = FOREVER) =>
    upstreams.check(server, { deep: false, onDemand: false }, signal)
  const deep = (server: Server, signal = FOREVER) => upstreams.check(server, { deep: true, onDemand: false }, signal)
  const call = (server: Server, tool = 'echo', signal = FOREVER) =>
    upstreams.callTool(server, { tool, args: {} }, signal)
  return { upstreams, signals, shallow, deep, call, [Symbol.asyncDispose]: () => upstreams.close() }
}

export const httpTarget = (url: string, protocol: 'http-streamable' | 'sse' = 'http-streamable') => ({
  protocol,
  url: new Secret(url, url.replace(/\?.*/, '')),
})

export const aServerAt = (url: string, over: Partial<ServerConfig> = {}, revision = 1): Server => ({
  id: serverId(1),
  revision,
  config: anHttpConfig({ target: httpTarget(url), ...over }),
  createdAt: timestamp(0),
  updatedAt: timestamp(0),
})

/** A clock whose timers fire when a test says so, while the network goes at its own pace. */
export class HeldClock implements Clock {
  readonly #timers = new Set<{ readonly ms: number; readonly wake: () => void }>()
  now = systemClock.now
  wall = systemClock.wall
  get wallAheadMs() {
    return systemClock.wallAheadMs
  }
  after(ms: number, wake: () => void) {
    const timer = { ms, wake }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
  /** Fires every timer set for `ms`; says how many there were. */
  fire(ms: number): number {
    const due = [...this.#timers].filter((timer) => timer.ms === ms)
    for (const timer of due) {
      this.#timers.delete(timer)
      timer.wake()
    }
    return due.length
  }
  get waiting(): readonly number[] {
    return [...this.#timers].map(({ ms }) => ms)
  }
}
