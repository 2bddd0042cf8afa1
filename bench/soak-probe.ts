import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { obey } from '../test/fixtures/servers/control.ts'

/** Preloaded into the Omni2 under soak: says what is alive in it, after a collection. */
setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
let leaks = 0
process.on('warning', ({ name }) => {
  if (name === 'MaxListenersExceededWarning') leaks++
})

obey({
  sample: async () => {
    collect()
    await setTimeout(20) // for what is finalised after it
    const { heapUsed, external } = process.memoryUsage()
    return {
      heapMiB: (heapUsed + external) / 1_048_576,
      timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length,
      listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
      leaks,
    }
  },
})
process.channel?.unref()
