import { Secret } from '../../core/config/secret.ts'
import { AppError } from '../../core/errors.ts'
import { compactFile } from '../../store/care/compact.ts'
import { copyToPostgres } from '../../store/care/copy-to-postgres.ts'
import type { Watching } from '../../store/care/progress.ts'
import { databaseStatus, placeOf } from '../../store/care/status.ts'
import { isLocked } from '../../store/lock.ts'
import { migrate } from '../../store/migrations.ts'
import { openDatabase, withDatabase } from '../../store/open-database.ts'
import { loadConfig, type Sources } from '../config/config.ts'
import { alone, mustExist } from './home.ts'
import { type TableRows, tableRows } from './rows.ts'

export type DatabaseReport = {
  readonly kind: 'sqlite' | 'postgresql'
  readonly database: string
  readonly bytes: number
  readonly free_bytes: number | null
  /** Whether an Omni2 runs on it. */
  readonly running: boolean
  /** Names of migrations, `unknown` ones from a newer version; null when they cannot be read. */
  readonly schema: { applied: readonly string[]; pending: readonly string[]; unknown: readonly string[] } | null
  readonly tables: readonly TableRows[] | null
  readonly ok: boolean
  readonly damage: readonly string[]
}

export async function reportDatabase(sources: Sources): Promise<DatabaseReport> {
  const home = loadConfig(sources)
  mustExist(home)
  const running = await isLocked(home)
  const { kind, place, bytes, freeBytes, schema, rows, damage } = await databaseStatus(home)
  return {
    kind,
    database: place,
    bytes,
    free_bytes: freeBytes ?? null,
    running,
    schema: schema ?? null,
    tables: rows ? tableRows(rows) : null,
    ok: damage.length === 0,
    damage,
  }
}

export type MigrateReport = { readonly database: string; readonly applied: readonly string[] }

/** Applies what migrations are pending, in one transaction; answers their names. */
export async function migrateDatabase(sources: Sources, signal: AbortSignal): Promise<MigrateReport> {
  const home = loadConfig(sources)
  mustExist(home)
  const applied = await alone(home, signal, () =>
    withDatabase(openDatabase(home, { patient: true }), ({ db, dialect }) => migrate(db, dialect)),
  )
  return { database: placeOf(home), applied }
}

export type CompactReport = { readonly database: string; readonly bytes_before: number; readonly bytes_after: number }

/** @throws AppError 'invalid_input' on PostgreSQL, which does this by itself. */
export async function compactDatabase(sources: Sources, signal: AbortSignal): Promise<CompactReport> {
  const home = loadConfig(sources)
  if (home.databaseUrl) {
    throw new AppError(
      'invalid_input',
      'Only a SQLite file is compacted; PostgreSQL uses freed space again by itself (autovacuum)',
    )
  }
  mustExist(home)
  const { before, after } = await alone(home, signal, () => compactFile(home.dataDir))
  return { database: placeOf(home), bytes_before: before, bytes_after: after }
}

export type CopyReport = {
  readonly from: string
  readonly to: string
  /** Checksums are alike on both sides: the copy was compared. */
  readonly tables: readonly (TableRows & { readonly checksum: string })[]
}

/** Copies the SQLite database into an empty PostgreSQL one while neither is in use. */
export async function copyDatabase(sources: Sources, url: string, watching: Watching): Promise<CopyReport> {
  const { dataDir, databaseUrl } = loadConfig(sources)
  if (databaseUrl) {
    throw new AppError(
      'invalid_input',
      'Only SQLite is copied, and DATABASE_URL is set. From PostgreSQL: omni2 backup, then without DATABASE_URL omni2 restore',
    )
  }
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new AppError('invalid_input', '--to: expected a postgres:// URL')
  }
  const from = { dataDir, databaseUrl: undefined }
  const to = { dataDir, databaseUrl: new Secret(url) }
  mustExist(from)
  const tables = await alone(to, watching.signal, (signal) =>
    copyToPostgres({ dataDir, to: to.databaseUrl, onProgress: watching.onProgress, signal }),
  )
  return { from: placeOf(from), to: placeOf(to), tables }
}
