import { setTimeout } from 'node:timers/promises'
import type { ChildServer } from '../test/support/child-server.ts'

/** Starts `server` again some time after each of its ends, until `signal`. */
export async function revive(
  server: ChildServer,
  afterMs: number,
  signal: AbortSignal,
  told: (line: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    await server.untilEnd(signal)
    told(`${server.name} ended; it comes back in ${afterMs / 1_000} s.`)
    await setTimeout(afterMs, undefined, { signal })
    await server.start()
    told(`${server.name} runs again as process ${server.pid}.`)
  }
}
