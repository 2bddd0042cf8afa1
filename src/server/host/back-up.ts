import { statSync } from 'node:fs'
import path from 'node:path'
import { writeBackup } from '../../store/care/backup.ts'
import type { Watching } from '../../store/care/progress.ts'
import { placeOf } from '../../store/care/status.ts'
import { loadConfig, type Sources } from '../config/config.ts'
import { keyPlace, mustExist } from './home.ts'
import { type TableRows, tableRows } from './rows.ts'

type Options = Watching & {
  readonly sources: Sources
  /** A file, or a folder for one named after the time; absent: the current folder. */
  readonly to: string | undefined
  /** Replace a file of that name. */
  readonly force: boolean
  /** Epoch milliseconds. */
  readonly now: () => number
}

export type BackupReport = {
  readonly file: string
  readonly database: string
  readonly bytes: number
  readonly took_ms: number
  readonly tables: readonly TableRows[]
  /** Where the key is that the backup is worth little without. */
  readonly key: string
}

/** Backs Omni2 up from its own host, whether it runs or not. @throws AppError saying why not. */
export async function backUp({ sources, to = '.', force, now, ...watching }: Options): Promise<BackupReport> {
  const config = loadConfig(sources)
  mustExist(config)
  const startedAt = now()
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() === true
  const file = isFolder ? path.join(to, `omni2-${stamp(startedAt)}.db`) : to
  const { rows, bytes } = await writeBackup({ home: config, file, force, ...watching })
  const tables = tableRows(rows)
  return { file, database: placeOf(config), bytes, took_ms: now() - startedAt, tables, key: keyPlace(config) }
}

/** A moment as part of a file's name: `20261123T093600Z`. */
export const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
