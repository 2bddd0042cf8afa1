import { readFile } from 'node:fs/promises'

/** What the main thread of a process did so far, in milliseconds: ran on a core, and could have but found none free. */
export type CoreTime = { readonly ranMs: number; readonly waitedMs: number }

/** From /proc, so on Linux only. @throws when there is no such process. */
export async function coreTimeOf(pid: number | undefined): Promise<CoreTime> {
  const [ran, waited] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')
  return { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 }
}

/** For people. */
export function spent(before: CoreTime, after: CoreTime): string {
  const [ran, waited] = [after.ranMs - before.ranMs, after.waitedMs - before.waitedMs].map(Math.round)
  return `its main thread ran ${ran} ms and waited ${waited} ms for a core`
}
