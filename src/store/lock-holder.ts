import { readFile, stat } from 'node:fs/promises'
import { lockFile } from './lock.ts'

/** The process that holds the lock on this data directory; undefined when nobody does, or the system does not tell (Linux does). */
export async function lockHolder(dataDir: string): Promise<number | undefined> {
  const file = await stat(lockFile(dataDir)).catch(() => undefined)
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '')
  // `1: POSIX  ADVISORY  WRITE 1234 08:01:131090 0 EOF`; the device may differ from what stat says of it (btrfs, overlay).
  const held = [...locks.matchAll(/POSIX +ADVISORY +\w+ +(\d+) +\w+:\w+:(\d+) /g)]
  const pid = held.find(([, , inode]) => file !== undefined && Number(inode) === file.ino)?.[1]
  return pid === undefined ? undefined : Number(pid)
}
