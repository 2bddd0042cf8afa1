import { readdir, readFile, rm } from 'node:fs/promises'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { killUntilNone, withDescendants } from './process-family.ts'
import { type Process, scanProcesses } from './process-scan.ts'

const treeRecord = z.object({
  pid: z.number().int().min(2),
  /** As in `Process`. */
  started: z.string(),
  mark: z.string(),
  /** Epoch milliseconds; what is older than the last boot says nothing. */
  recordedAt: z.number(),
})

/** What is written down of a process tree while it runs; its first process leads a group of the same number. */
export type TreeRecord = z.infer<typeof treeRecord>

export const recordPath = (directory: string, pid: number): string => join(directory, `${pid}.json`)

/**
 * Kills every process of the trees whose mark is `isOrphaned`, wherever it hides: in the recorded group, under the mark,
 * or below one of these. Answers how many it killed, and forgets the records.
 */
export async function reap(directory: string, isOrphaned: (mark: string) => boolean): Promise<number> {
  const records = (await readRecords(directory)).filter((record) => isOrphaned(record.mark))
  const killed = await killUntilNone(scanProcesses, (all) => orphans(all, records, isOrphaned))
  await Promise.all(records.map((record) => rm(recordPath(directory, record.pid), { force: true })))
  return killed
}

export function orphans(
  all: readonly Process[],
  records: readonly TreeRecord[],
  isOrphaned: (mark: string) => boolean,
): readonly Process[] {
  const startedAt = new Map(all.map((row) => [row.pid, row.started]))
  const bootedAt = Date.now() - uptime() * 1_000
  // While any member of a group lives, no new process gets the number of the group: a missing leader is fine.
  const ours = records.filter(
    ({ pid, started, recordedAt }) => recordedAt > bootedAt && (startedAt.get(pid) ?? started) === started,
  )
  const groups = new Set(ours.map((record) => record.pid))
  const isRoot = ({ groupId, treeMark }: Process) =>
    groups.has(groupId) || (treeMark !== undefined && isOrphaned(treeMark))
  return withDescendants(all, all.filter(isRoot))
}

async function readRecords(directory: string): Promise<readonly TreeRecord[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json'))
  const records = await Promise.all(names.map((name) => readRecord(join(directory, name))))
  return records.filter((record) => record !== undefined)
}

/** A record cut short by a crash is no record: the mark finds that tree. */
async function readRecord(path: string): Promise<TreeRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  try {
    return treeRecord.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
