import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { TREE_VARIABLE } from './child-environment.ts'

/** A running process; the dead that nobody waited for are left out. `started` with `pid` is unique until a reboot. */
export type Process = {
  readonly pid: number
  readonly parentPid: number
  readonly groupId: number
  readonly started: string
  /** The mark of the process tree it was started in; undefined too where the system does not show it. */
  readonly treeMark: string | undefined
}

/** Every process that runs now. */
export const scanProcesses = (): Promise<readonly Process[]> =>
  process.platform === 'linux' ? scanProc() : scanWithPs()

/** One of them; undefined when it is gone. */
export const findProcess = async (pid: number): Promise<Process | undefined> =>
  process.platform === 'linux' ? readProc(`${pid}`) : (await scanWithPs()).find((row) => row.pid === pid)

async function scanProc(): Promise<readonly Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found: Process[] = []
  for (const pid of pids) {
    const row = await readProc(pid)
    if (row) found.push(row)
  }
  return found
}

/** See proc_pid_stat(5): the command may hold spaces and brackets, so fields are counted from its last bracket. */
async function readProc(pid: string): Promise<Process | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(GONE)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, parentPid, groupId] = fields
  const started = fields[19]
  if (started === undefined || state === 'Z' || state === 'X') return undefined
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(GONE)
  const mark = environment.split('\0').find((entry) => entry.startsWith(`${TREE_VARIABLE}=`))
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    groupId: Number(groupId),
    started,
    treeMark: mark?.slice(TREE_VARIABLE.length + 1),
  }
}

/** It ended meanwhile, or belongs to somebody else. */
const GONE = (): string => ''

/** For systems without /proc. They show no environment, so only groups and descendants are found there. */
export async function scanWithPs(): Promise<readonly Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout.split('\n').flatMap((line) => {
    const [pid, parentPid, groupId, state, ...started] = line.trim().split(/\s+/)
    if (state === undefined || state.startsWith('Z')) return []
    return [
      {
        pid: Number(pid),
        parentPid: Number(parentPid),
        groupId: Number(groupId),
        started: started.join(' '),
        treeMark: undefined,
      },
    ]
  })
}
