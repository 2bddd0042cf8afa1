import type { Server } from '../src/core/config/server.ts'
import type { Upstreams } from '../src/core/ports.ts'
import { originOf } from '../src/core/watch/fleet.ts'

/** Counts checks as they reach the upstreams: how many start in a second, and run at once towards one origin. */
export class StartCounter {
  readonly #startedAt: number[] = []
  readonly #running = new Map<string, number>()
  mostPerOrigin = 0

  readonly observe = (upstreams: Upstreams): Upstreams => ({
    check: async (server, options, signal) => {
      const origin = this.#begin(server)
      try {
        return await upstreams.check(server, options, signal)
      } finally {
        this.#running.set(origin, (this.#running.get(origin) ?? 1) - 1)
      }
    },
    probe: (config, signal) => upstreams.probe(config, signal),
    callTool: (server, call, signal) => upstreams.callTool(server, call, signal),
    drop: (id) => upstreams.drop(id),
    stderr: (id) => upstreams.stderr(id),
    close: () => upstreams.close(),
  })

  /** In any second, not only whole ones. */
  get mostPerSecond(): number {
    let from = 0
    return this.#startedAt.reduce((most, at, index) => {
      while (Number(this.#startedAt[from]) <= at - 1_000) from++
      return Math.max(most, index - from + 1)
    }, 0)
  }

  #begin(server: Server): string {
    this.#startedAt.push(performance.now())
    const origin = originOf(server)
    const running = (this.#running.get(origin) ?? 0) + 1
    this.#running.set(origin, running)
    this.mostPerOrigin = Math.max(this.mostPerOrigin, running)
    return origin
  }
}
