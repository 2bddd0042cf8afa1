import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Of two halves. Twice as much costs no less CPU that could be measured, and V8 would take 64 MiB by itself. */
const MOST_BYTES = 8 * 1024 * 1024

/**
 * Lets the space for new objects grow, but not for ever: it is memory that holds nothing after each collection. V8 takes
 * a limit for it (`--max-semi-space-size`) on its command line only, and asks how fast to grow after each collection.
 */
export function letNewSpaceGrow(): void {
  let factor = 2
  setFlagsFromString(`--semi-space-growth-factor=${factor}`)
  new PerformanceObserver(() => {
    const wanted = newSpaceBytes() < MOST_BYTES ? 2 : 1
    if (wanted !== factor) setFlagsFromString(`--semi-space-growth-factor=${wanted}`)
    factor = wanted
  }).observe({ entryTypes: ['gc'] })
}

const newSpaceBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0
