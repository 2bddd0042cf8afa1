import { setTimeout } from 'node:timers/promises'
import { cpuPerOperation } from './cpu.ts'

/** Microseconds of CPU each, one after another. */
export const backToBack = (work: () => Promise<void>, times: number): Promise<number> => paced(work, times, 0)

/** The same with a pause after each. */
export const paced = (work: () => Promise<void>, times: number, gapMs: number): Promise<number> =>
  cpuPerOperation(async () => {
    for (let n = 0; n < times; n++) {
      await work()
      if (gapMs > 0) await setTimeout(gapMs)
    }
    return times
  })
