import { latency } from '../../api/time-text.ts'
import type { BackupReport } from '../../server/host/back-up.ts'
import type { CompactReport, CopyReport, DatabaseReport, MigrateReport } from '../../server/host/database.ts'
import type { HostProgress } from '../../server/host/home.ts'
import type { RestoreReport } from '../../server/host/restore.ts'
import type { TableRows } from '../../server/host/rows.ts'
import type { View } from '../context.ts'
import { bytes } from './bytes.ts'
import { type Column, tableLines } from './columns.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'

export function progressText(progress: HostProgress): string {
  if ('pages' in progress) return `copying: ${Math.floor((100 * progress.pages) / Math.max(1, progress.of))} %`
  if ('table' in progress) return `${progress.doing} ${progress.table}: ${count(progress.rows)} rows`
  return progress.doing === 'checking' ? 'checking all of it' : 'compacting'
}

export const backupText = (report: BackupReport, { paint }: View): string =>
  [
    paint.good(`✓ Backed up to ${oneLine(report.file)}`),
    `  ${bytes(report.bytes)} in ${latency(report.took_ms)}, checked; from ${report.database}`,
    '',
    ...rowLines(report.tables, paint),
    '',
    `Keep the key in a safe place too: without it nobody can read the credentials. It is ${keyPlace(report.key)}.`,
    `To restore: omni2 restore ${oneLine(report.file)}`,
  ].join('\n')

const keyPlace = (key: string): string => (key === 'OMNI2_SECRET_KEY' ? `what ${key} says` : `in ${key}`)

export const restoreText = (report: RestoreReport, { paint }: View): string =>
  [
    paint.good(`✓ Restored ${oneLine(report.file)} to ${report.database}`),
    ...(report.migrated.length > 0 ? [`  brought up to date: ${report.migrated.join(', ')}`] : []),
    '',
    ...rowLines(report.tables, paint),
    '',
    ...(report.set_aside === null
      ? []
      : [`The database from before is now ${report.set_aside}; delete it once all is well.`]),
    'Tokens are those of the backup: revoke again what was revoked since. Browsers have to sign in again.',
    'Now start Omni2 on it.',
  ].join('\n')

export function statusText(report: DatabaseReport, { paint }: View): string {
  const free = report.free_bytes ? `, ${bytes(report.free_bytes)} of it unused` : ''
  return [
    `${paint.quiet('database')}   ${report.kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'}, ${report.database}`,
    `${paint.quiet('size')}       ${bytes(report.bytes)}${free}`,
    `${paint.quiet('omni2')}      ${report.running ? 'running on it' : 'not running on it'}`,
    `${paint.quiet('schema')}     ${schemaText(report.schema, paint)}`,
    `${paint.quiet('integrity')}  ${report.ok ? paint.good('✓ ok, all of it was read') : paint.bad('✗ not whole')}`,
    ...report.damage.map((line) => `           ${oneLine(line)}`),
    ...(report.ok ? [] : ['           Next: Stop Omni2 and restore the last good backup: omni2 restore <file>']),
    ...(report.tables?.length ? ['', ...rowLines(report.tables, paint)] : []),
  ].join('\n')
}

function schemaText(schema: DatabaseReport['schema'], paint: Paint): string {
  if (schema === null) return paint.bad('cannot be read')
  const { applied, pending, unknown } = schema
  if (unknown.length > 0) return paint.bad(`of a newer version of Omni2 (${unknown.join(', ')}): start that one`)
  if (applied.length === 0) return 'none: Omni2 was never started on it'
  const newest = applied.at(-1) ?? ''
  return pending.length === 0
    ? `${newest}, up to date`
    : paint.warn(`${newest}; pending: ${pending.join(', ')} (omni2 db migrate, or the next start)`)
}

export const migrateText = ({ database, applied }: MigrateReport): string =>
  applied.length === 0
    ? `${database} is up to date.`
    : [`Applied to ${database}:`, ...applied.map((name) => `  ${name}`)].join('\n')

export const compactText = ({ database, bytes_before, bytes_after }: CompactReport): string =>
  `${database}: ${bytes(bytes_before)} before, ${bytes(bytes_after)} now.`

export const copyText = ({ from, to, tables }: CopyReport, { paint }: View): string =>
  [
    paint.good(`✓ Copied ${from} to ${to}`),
    '',
    ...tableLines(
      [
        ...rowColumns(paint),
        {
          title: 'CHECKSUM, BOTH SIDES',
          cell: (row: CopyReport['tables'][number]) => ({ text: row.checksum.slice(0, 16) }),
        },
      ],
      tables,
      paint,
    ),
    '',
    `Start on it with: DATABASE_URL=${to} omni2 serve`,
    'with its password in the URL, and with the same data folder: the key in it is still needed.',
    `${from} is as it was; keep it until all is well.`,
  ].join('\n')

/** What people know of it: `3 servers, 120 events and 2 tokens`. */
export function heldText(tables: readonly TableRows[]): string {
  const of = (name: string) => {
    const rows = tables.find(({ table }) => table === name)?.rows ?? 0
    return `${count(rows)} ${name}${rows === 1 ? '' : 's'}`
  }
  return `${of('server')}, ${of('event')} and ${of('token')}`
}

const rowLines = (tables: readonly TableRows[], paint: Paint): readonly string[] =>
  tableLines(rowColumns(paint), tables, paint)

const rowColumns = (paint: Paint): readonly Column<TableRows>[] => [
  { title: 'TABLE', cell: ({ table }) => ({ text: table, paint: paint.strong }) },
  { title: 'ROWS', cell: ({ rows }) => ({ text: count(rows) }), align: 'right' },
]

const count = (value: number): string => value.toLocaleString('en-US')
