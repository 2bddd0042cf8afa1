import { type Finding, ok, problem, warning } from './finding.ts'

/** What is where Omni2 keeps its data. Modes are those of `stat`; undefined is what is not there. */
export type FolderFacts = {
  readonly path: string
  readonly folder: { readonly isDirectory: boolean; readonly mode: number } | undefined
  /** Whether this user may write to the folder, or where it is missing, make it. */
  readonly writable: boolean
  readonly databaseMode: number | undefined
  readonly keyMode: number | undefined
  /** On its disk, for this user. */
  readonly freeBytes: number
}

const MIB = 1024 * 1024
const LITTLE_BYTES = 1024 * MIB
const TOO_LITTLE_BYTES = 100 * MIB

export function judgeFolder({ path, folder, writable }: FolderFacts): Finding {
  if (!folder) {
    return writable
      ? ok('data', `${path} is not there yet: the first start makes it`)
      : problem(
          'data',
          `${path} cannot be made by this user`,
          'Name another folder with --data-dir, or make it for this user.',
        )
  }
  if (!folder.isDirectory) return problem('data', `${path} is not a folder`, 'Name another with --data-dir.')
  if (!writable) {
    return problem(
      'data',
      `${path} cannot be written by this user`,
      'Run this as the user Omni2 runs as, or give it the folder (chown).',
    )
  }
  return isOpen(folder.mode)
    ? warning('data', `${path} is open to other users of this machine`, `chmod 700 ${path}`)
    : ok('data', `${path} is for this user only`)
}

/** What others may read that is for Omni2 only. */
export function judgeFiles({ path, databaseMode, keyMode }: FolderFacts): readonly Finding[] {
  const files = [
    ['database', 'omni2.db', databaseMode],
    ['key', 'omni2.key', keyMode],
  ] as const
  return files.flatMap(([topic, name, mode]) =>
    mode !== undefined && isOpen(mode)
      ? [warning(topic, `${path}/${name} can be read by other users of this machine`, `chmod 600 ${path}/${name}`)]
      : [],
  )
}

export function judgeDisk({ freeBytes }: FolderFacts): Finding {
  const message = `${Math.floor(freeBytes / MIB).toLocaleString('en-US')} MiB are free for the data folder`
  const next = 'Free some: on a full disk checks go on, but nothing can be stored or changed.'
  if (freeBytes < TOO_LITTLE_BYTES) return problem('disk', message, next)
  return freeBytes < LITTLE_BYTES ? warning('disk', message, next) : ok('disk', message)
}

const isOpen = (mode: number): boolean => (mode & 0o077) !== 0
