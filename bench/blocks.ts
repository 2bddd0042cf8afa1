import { rounded } from './statistics.ts'

const LOOK_MS = 10
const LONG_MS = 50

/**
 * Watches how long the event loop of this thread does not come round; the answer tells it in words. What of a block is no
 * CPU time of the thread, it waited for a core.
 */
export function watchBlocks(): () => string {
  const blocks: { readonly ms: number; readonly cpuMs: number }[] = []
  let [at, cpuMs] = [performance.now(), threadCpuMs()]
  const timer = setInterval(() => {
    const [now, ran] = [performance.now(), threadCpuMs()]
    if (now - at > LONG_MS) blocks.push({ ms: now - at, cpuMs: ran - cpuMs })
    at = now
    cpuMs = ran
  }, LOOK_MS)
  return () => {
    clearInterval(timer)
    const ms = blocks.reduce((sum, block) => sum + block.ms, 0)
    const ran = blocks.map((block) => block.cpuMs)
    const busy = ran.filter((one) => one > LONG_MS).length
    const ranMs = ran.reduce((sum, one) => sum + one, 0)
    return `${blocks.length} blocks of over ${LONG_MS} ms, together ${rounded(ms)} ms by the clock and ${rounded(ranMs)} ms of CPU; ${busy} of them with over ${LONG_MS} ms of CPU, at most ${rounded(Math.max(0, ...ran))} ms`
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
