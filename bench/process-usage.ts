import { readFile } from 'node:fs/promises'

/** What another process used so far; from /proc, so on Linux only. */
export type Usage = { readonly cpuMs: number; readonly rssMiB: number }

/** Of the kernel's clock for processes. */
const TICK_MS = 10

/** @throws when there is no such process. */
export async function usageOf(pid: number | undefined): Promise<Usage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // Fields are counted from behind the name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, rssMiB: rssKiB / 1_024 }
}
