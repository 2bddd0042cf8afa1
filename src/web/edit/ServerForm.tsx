import { NativeSelect, NumberInput, SegmentedControl, Switch, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { ServerView } from '../../api/server-view.ts'
import { CredentialFields } from './CredentialFields.tsx'
import type { Draft } from './draft.ts'
import { EntryList } from './EntryList.tsx'
import classes from './ServerForm.module.css'

const TRANSPORTS = [
  { value: 'http-streamable', label: 'URL' },
  { value: 'sse', label: 'URL, old SSE' },
  { value: 'stdio', label: 'Command' },
] as const satisfies readonly { value: ServerView['protocol']; label: string }[]

const PROCESSES = [
  { value: 'shared', label: 'One for all' },
  { value: 'per_session', label: 'One for each session' },
] as const satisfies readonly { value: NonNullable<ServerView['gateway_process']>; label: string }[]

type Props = {
  readonly form: UseFormReturnType<Draft>
  /** What is edited; absent for a new one. */
  readonly server?: ServerView
}

/** Everything of a server that can be set. */
export function ServerForm({ form, server }: Props) {
  const { protocol } = form.values
  const seconds = { suffix: ' s', allowDecimal: false, allowNegative: false } as const
  return (
    <div className={classes.fields}>
      <TextInput label="Name" description="Tools are called name__tool by agents" {...form.getInputProps('name')} />
      <TextInput label="Description" {...form.getInputProps('description')} />
      <div>
        <SegmentedControl
          aria-label="Transport"
          data={[...TRANSPORTS]}
          disabled={server !== undefined}
          {...form.getInputProps('protocol')}
        />
        {server && <p className={classes.about}>A server keeps its kind. For another one, add another server.</p>}
      </div>
      {protocol === 'stdio' ? <CommandFields form={form} /> : <UrlFields form={form} server={server} />}
      <NumberInput
        label="Check every"
        description="5 s to a day"
        {...seconds}
        {...form.getInputProps('check_interval_seconds')}
      />
      <NumberInput
        label="A check ends after"
        description="1 to 300 s"
        {...seconds}
        {...form.getInputProps('timeout_seconds')}
      />
      <NumberInput
        label="A call ends after"
        description="1 to 3,600 s"
        {...seconds}
        {...form.getInputProps('call_timeout_seconds')}
      />
      <Switch
        label="Keep what agents say and get"
        description="Arguments and results of calls, without passwords and tokens, the first 16 KiB of each"
        {...form.getInputProps('record_payloads', { type: 'checkbox' })}
      />
      <Switch label="Enabled" {...form.getInputProps('enabled', { type: 'checkbox' })} />
    </div>
  )
}

const UrlFields = ({ form, server }: Props) => (
  <>
    <TextInput label="URL" placeholder="https://mcp.example.com/mcp" {...form.getInputProps('url')} />
    <CredentialFields form={form} stored={server?.auth_type} />
  </>
)

function CommandFields({ form }: Props) {
  const { env } = form.errors
  return (
    <>
      <TextInput
        label="Command"
        description="Run on the machine of Omni2, without a shell"
        placeholder="npx"
        {...form.getInputProps('command')}
      />
      <Textarea
        label="Arguments"
        description="One to a line"
        autosize
        minRows={2}
        classNames={{ input: classes.code }}
        {...form.getInputProps('args')}
      />
      <EntryList
        label="Environment"
        what="variable"
        entries={form.values.env}
        error={typeof env === 'string' ? env : undefined}
        onChange={(entries) => form.setFieldValue('env', [...entries])}
      />
      <NativeSelect
        label="Process for agents"
        description="A server that remembers what one agent did needs one for each; 16 at most, beside that of the checks"
        data={[...PROCESSES]}
        {...form.getInputProps('gateway_process')}
      />
    </>
  )
}
