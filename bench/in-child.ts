import { fork } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type LoopLag, loopLag } from './loop-lag.ts'

/**
 * What a script of ours sends us, run in a process of its own; `machineLag` is the lag of this process, which did nothing
 * meanwhile: what the machine alone does to an event loop. @throws when it ends without a word.
 */
export async function inChild<T>(
  script: string,
  args: readonly string[],
): Promise<T & { readonly machineLag: LoopLag }> {
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  const child = fork(script, args, { execArgv: ['--expose-gc'] })
  const ended = once(child, 'exit')
  const told = await Promise.race([once(child, 'message'), ended.then(() => undefined)])
  await ended
  if (!told) throw new Error(`${script} told nothing`)
  const [measured] = told as [T] // what our own script sends
  return { ...measured, machineLag: loopLag(delays) }
}
