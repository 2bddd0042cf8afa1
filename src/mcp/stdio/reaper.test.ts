import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { findProcess, type Process, scanProcesses, scanWithPs } from './process-scan.ts'
import { orphans, type TreeRecord } from './reaper.ts'

const OURS = 'here.10.100.tree'
const isOrphaned = (mark: string) => mark === OURS
const record: TreeRecord = { pid: 1_000, started: '500', mark: OURS, recordedAt: Date.now() }
const aProcess = (pid: number, more: Partial<Process> = {}): Process => ({
  pid,
  parentPid: 1,
  groupId: pid,
  started: '500',
  treeMark: undefined,
  ...more,
})
const pidsOf = (all: readonly Process[], records: readonly TreeRecord[] = [record]) =>
  orphans(all, records, isOrphaned).map((row) => row.pid)

test('the recorded group is found, with and without its leader', () => {
  const member = aProcess(1_001, { groupId: 1_000 })
  expect(pidsOf([aProcess(1_000), member, aProcess(7)])).toEqual([1_000, 1_001])
  expect(pidsOf([member, aProcess(7)])).toEqual([1_001])
})
test('a process that got the number of a dead leader is spared', () => {
  expect(pidsOf([aProcess(1_000, { started: '900' }), aProcess(1_001, { groupId: 1_000 })])).toEqual([])
})
test('records from before the last boot say nothing', () => {
  expect(pidsOf([aProcess(1_000), aProcess(1_001, { groupId: 1_000 })], [{ ...record, recordedAt: 0 }])).toEqual([])
})
test('who left the group is found by the mark, and what descends from it too', () => {
  const daemon = aProcess(2_000, { treeMark: OURS })
  const bare = aProcess(2_001, { parentPid: 2_000 })
  const barer = aProcess(2_002, { parentPid: 2_001 })
  expect(pidsOf([barer, bare, daemon, aProcess(7, { treeMark: 'there.10.100.tree' })])).toEqual([2_000, 2_001, 2_002])
})
test('this process is never among them', () => {
  expect(pidsOf([aProcess(process.pid, { treeMark: OURS })])).toEqual([])
})

test('both ways to list processes see a child alike, and not once it is dead', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log(1)'], {
    env: { OMNI2_TREE: 'mark' },
  })
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  const expected = { pid, parentPid: process.pid, groupId: (await findProcess(process.pid))?.groupId }
  expect((await scanProcesses()).find((row) => row.pid === pid)).toMatchObject(expected)
  expect((await scanWithPs()).find((row) => row.pid === pid)).toMatchObject(expected)
  if (process.platform === 'linux') expect(await findProcess(pid)).toMatchObject({ ...expected, treeMark: 'mark' })
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  expect(await findProcess(pid)).toBeUndefined()
})
