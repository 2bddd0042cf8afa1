import { ActionIcon, Button, PasswordInput, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import type { Entry } from './draft.ts'
import classes from './ServerForm.module.css'

type Props = {
  readonly label: string
  /** What one of them is called, as in "Add a variable". */
  readonly what: string
  readonly entries: readonly Entry[]
  readonly error?: string | undefined
  readonly onChange: (entries: readonly Entry[]) => void
}

/** Names with secret values: stored ones can be replaced or removed, never seen. */
export function EntryList({ label, what, entries, error, onChange }: Props) {
  const replace = (at: number, change: Partial<Entry>) =>
    onChange(entries.map((entry, index) => (index === at ? { ...entry, ...change } : entry)))
  return (
    <fieldset className={classes.entries}>
      <legend>{label}</legend>
      {entries.map(({ key, value, isKept }, at) => (
        <div key={`${at}`} className={classes.entry}>
          <TextInput
            aria-label={`Name of ${what} ${at + 1}`}
            placeholder="NAME"
            value={key}
            readOnly={isKept}
            onChange={(event) => replace(at, { key: event.currentTarget.value })}
          />
          <PasswordInput
            aria-label={`Value of ${key || `${what} ${at + 1}`}`}
            placeholder={isKept ? 'stored; type to replace it' : 'value'}
            autoComplete="off"
            value={value}
            onChange={(event) => replace(at, { value: event.currentTarget.value })}
          />
          <ActionIcon
            aria-label={`Remove ${key || `${what} ${at + 1}`}`}
            onClick={() => onChange(entries.filter((_, index) => index !== at))}
          >
            <IconTrash size={16} stroke={1.75} />
          </ActionIcon>
        </div>
      ))}
      {error && (
        <p role="alert" className={classes.wrong}>
          {error}
        </p>
      )}
      <Button
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...entries, { key: '', value: '', isKept: false }])}
      >
        Add a {what}
      </Button>
    </fieldset>
  )
}
