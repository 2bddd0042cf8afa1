import type { ImportEntry, ImportReport } from '../../api/import.ts'
import { unreachable } from '../unreachable.ts'
import { findingText } from './finding.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'

/** What an import did, or for a dry run would do, entry by entry. */
export function importText(report: ImportReport, paint: Paint): string {
  return [
    ...report.warnings.map((warning) => paint.warn(`! ${findingText(warning)}`)),
    ...report.entries.flatMap((entry) => entryLines(entry, report.dry_run, paint)),
    conclusion(report),
  ].join('\n')
}

function entryLines(entry: ImportEntry, dryRun: boolean, paint: Paint): readonly string[] {
  const { name, proposed_name, action, protocol, enabled } = entry
  const renamed = proposed_name === name ? '' : ` as ${paint.strong(oneLine(proposed_name))}`
  if (action === 'skip') return [`${verb(action, dryRun, paint)} ${oneLine(name)}`]
  const kind = protocol === null ? '' : paint.quiet(` ${protocol}${enabled ? '' : ', disabled'}`)
  return [
    `${verb(action, dryRun, paint)} ${paint.strong(oneLine(name))}${renamed}${kind}`,
    ...entry.errors.map((error) => `    ${paint.bad(`error: ${findingText(error)}`)}`),
    ...entry.warnings.map((warning) => `    ${paint.warn(`warning: ${findingText(warning)}`)}`),
    ...listed('needs input', entry.inputs),
    ...listed("uses from Omni2's environment", entry.variables),
  ]
}

function verb(action: ImportEntry['action'], dryRun: boolean, paint: Paint): string {
  switch (action) {
    case 'create':
      return paint.good(dryRun ? '+ would add' : '+ added')
    case 'skip':
      return paint.quiet('- skipped')
    case 'ask':
      return paint.warn('? needs values')
    case 'refuse':
      return paint.bad('✗ refused')
    default:
      return unreachable(action)
  }
}

function conclusion({ entries, created, dry_run }: ImportReport): string {
  const count = (action: ImportEntry['action']) => entries.filter((entry) => entry.action === action).length
  const [refused, asking] = [count('refuse'), count('ask')]
  if (refused + asking === 0)
    return dry_run ? `${count('create')} would be added; nothing was changed.` : `${created} added.`
  return [
    `${dry_run ? 'Nothing would be imported' : 'Nothing was imported'}, since it is all or nothing.`,
    ...(refused > 0 ? ['Refused ones: correct them, --rename old=new, or --select the others.'] : []),
    ...(asking > 0 ? ['Missing values: give them with --input id=value.'] : []),
  ].join('\n')
}

const listed = (label: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`    ${label}: ${items.map(oneLine).join(', ')}`]
