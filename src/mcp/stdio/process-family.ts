import { setTimeout } from 'node:timers/promises'
import type { Process } from './process-scan.ts'

type Scan = () => Promise<readonly Process[]>

const PAUSE_MS = 50
/** Two seconds: whoever outlives that many KILLs is not ours to kill, or stuck in the kernel. */
const MAX_PASSES = 40

/** `roots` and everything that descends from them. A process whose parent is dead has no way back to it. */
export function withDescendants(all: readonly Process[], roots: readonly Process[]): readonly Process[] {
  const childrenOf = Map.groupBy(all, (row) => row.parentPid)
  const family = new Map(roots.map((row) => [row.pid, row]))
  for (const member of family.values()) {
    for (const child of childrenOf.get(member.pid) ?? []) family.set(child.pid, child)
  }
  return [...family.values()].filter((row) => row.pid !== process.pid && row.pid > 1)
}

/** Kills whom `choose` picks from each scan until it picks nobody. Answers how many that were. */
export async function killUntilNone(
  scan: Scan,
  choose: (all: readonly Process[]) => readonly Process[],
): Promise<number> {
  const killed = new Set<number>()
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const victims = choose(await scan())
    if (victims.length === 0) break
    for (const { pid } of victims) {
      send(pid, 'SIGKILL')
      killed.add(pid)
    }
    await setTimeout(PAUSE_MS)
  }
  return killed.size
}

/** Signals a process, or a whole group when negative. False when there is none, or none we may signal. */
export function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
