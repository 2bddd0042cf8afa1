import { Checkbox } from '@mantine/core'
import type { ImportReport } from '../../api/import.ts'
import classes from './ImportEntries.module.css'

type Entry = ImportReport['entries'][number]

const WORDS = {
  create: 'will be registered',
  skip: 'is registered already',
  ask: 'needs a value, below',
  refuse: 'cannot be registered',
} as const satisfies Record<Entry['action'], string>

type Props = {
  readonly report: ImportReport
  /** Names that shall not be imported. */
  readonly left: ReadonlySet<string>
  readonly onLeave: (name: string, isLeft: boolean) => void
}

/** What would become of each entry of a file. */
export const ImportEntries = ({ report, left, onLeave }: Props) => (
  <ul aria-label="Servers of the file" className={classes.entries}>
    {report.entries.map((entry) => (
      <li key={entry.name}>
        <Checkbox
          label={`${entry.proposed_name}: ${WORDS[entry.action]}`}
          description={entry.protocol}
          disabled={entry.action === 'skip' || entry.action === 'refuse'}
          checked={(entry.action === 'create' || entry.action === 'ask') && !left.has(entry.name)}
          onChange={(event) => onLeave(entry.name, !event.currentTarget.checked)}
        />
        <Findings entry={entry} />
      </li>
    ))}
  </ul>
)

const Findings = ({ entry: { errors, warnings } }: { entry: Entry }) =>
  errors.length + warnings.length > 0 && (
    <ul className={classes.findings}>
      {errors.map(({ path, message }) => (
        <li key={`${path} ${message}`} data-tone="bad">
          {path}: {message}
        </li>
      ))}
      {warnings.map(({ path, message }) => (
        <li key={`${path} ${message}`}>
          {path}: {message}
        </li>
      ))}
    </ul>
  )
