import { PasswordInput, Select, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { ServerView } from '../../api/server-view.ts'
import type { Draft } from './draft.ts'
import { EntryList } from './EntryList.tsx'

const TYPES = [
  { value: 'none', label: 'None' },
  { value: 'bearer', label: 'Bearer token' },
  { value: 'api_key', label: 'API key in a header' },
  { value: 'custom_headers', label: 'Headers' },
] as const satisfies readonly { value: ServerView['auth_type']; label: string }[]

type Props = {
  readonly form: UseFormReturnType<Draft>
  /** The kind whose secret is stored already. */
  readonly stored: ServerView['auth_type'] | undefined
}

/** How Omni2 signs in to a server. Secrets go in and never come out. */
export function CredentialFields({ form, stored }: Props) {
  const { auth_type, headers } = form.values
  const secret = {
    autoComplete: 'off',
    placeholder: stored === auth_type ? 'stored; type to replace it' : '',
  }
  return (
    <>
      <Select label="Credentials" data={TYPES} allowDeselect={false} {...form.getInputProps('auth_type')} />
      {auth_type === 'bearer' && <PasswordInput label="Token" {...secret} {...form.getInputProps('token')} />}
      {auth_type === 'api_key' && (
        <>
          <TextInput label="Header" placeholder="X-Api-Key" {...form.getInputProps('header_name')} />
          <PasswordInput label="API key" {...secret} {...form.getInputProps('api_key')} />
        </>
      )}
      {auth_type === 'custom_headers' && (
        <EntryList
          label="Headers"
          what="header"
          entries={headers}
          error={text(form.errors.headers)}
          onChange={(entries) => form.setFieldValue('headers', [...entries])}
        />
      )}
    </>
  )
}

const text = (error: unknown): string | undefined => (typeof error === 'string' ? error : undefined)
