import type { Timestamp } from '../../core/clock.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** Nobody ran this version before. */
const BUILT_AFTER = Date.UTC(2026, 0, 1)
/** What clocks may differ by, and a file system or database may round. */
const TOLERATED_MS = 5 * 60_000
/** Files that Omni2 has open with no server, and at most for each: a kept connection and a stream, or the pipes of a process. */
const FILES = { own: 200, each: 4 } as const

/** `now` and `newestAt`, the time of the newest event if there is one, are epoch milliseconds. */
export function judgeClock(now: number, newestAt: Timestamp | undefined): Finding {
  const next = 'Set the clock of this machine (timedatectl): uptime and incidents are told by it.'
  const shown = new Date(now).toISOString()
  if (now < BUILT_AFTER) return problem('clock', `The clock of this machine says ${shown}`, next)
  if (newestAt !== undefined && newestAt > now + TOLERATED_MS) {
    const newest = new Date(newestAt).toISOString()
    return problem('clock', `The clock of this machine says ${shown}, but the newest event is of ${newest}`, next)
  }
  return ok('clock', `It is ${shown}`)
}

/** `limit`: of open files for this user, undefined when there is none or it cannot be told. */
export function judgeOpenFiles(limit: number | undefined, servers: number): Finding {
  const needed = FILES.own + FILES.each * servers
  if (limit === undefined) return ok('files', 'Any number of open files is allowed')
  const message = `${limit} open files are allowed; ${servers} servers may need ${needed}`
  if (limit >= needed) return ok('files', message)
  return warning(
    'files',
    message,
    `Raise it: ulimit -n ${needed * 2}, or LimitNOFILE=${needed * 2} in the systemd unit.`,
  )
}
