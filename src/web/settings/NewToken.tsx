import { Button, CopyButton, MultiSelect, Select, TextInput } from '@mantine/core'
import { schemaResolver, useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { TokenInput } from '../../api/tokens.ts'
import { collectionsQuery } from '../api/collections-query.ts'
import { api } from '../api/mcpApi.ts'
import { useFleet } from '../live/fleet-query.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { errorText } from '../ui/ErrorPlate.tsx'
import classes from './SettingsPage.module.css'
import { tokensQuery } from './settings-query.ts'
import { collectionKey, limitOf, serverKey } from './token-limit.ts'

const ROLES = [
  { value: 'viewer', label: 'viewer: reads' },
  { value: 'operator', label: 'operator: also checks, enables, disables, tests tools' },
  { value: 'admin', label: 'admin: everything' },
  { value: 'agent', label: 'agent: uses the gateway, nothing else' },
] as const satisfies readonly { value: TokenInput['role']; label: string }[]

const DAY_MS = 86_400_000
const LIVES = [
  { value: '', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
] as const

type Draft = Pick<TokenInput, 'name' | 'role'> & {
  /** Until it expires; empty: never. */
  days: string
  /** Keys of what it is limited to. */
  reach: string[]
}

/** Makes a token, and then shows its secret, which nobody can see again. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient()
  const reach = useReach()
  const form = useForm<Draft>({
    initialValues: { name: '', role: 'viewer', days: '', reach: [] },
    validate: schemaResolver(TokenInput.pick({ name: true, role: true }).strip(), { sync: true }),
  })
  const create = useMutation({
    mutationFn: ({ name, role, days, reach }: Draft) => {
      const expires_at = days === '' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString()
      return api.createToken({ body: { name, role, expires_at, limit: role === 'agent' ? limitOf(reach) : null } })
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  })
  if (create.data) {
    const { name, token } = create.data
    return (
      <Dialog onClose={onClose} title={`${name} is made`} closeOnClickOutside={false}>
        <p>Copy its secret now: it is not shown again.</p>
        <code className={classes.secret}>{token}</code>
        <div className={classes.actions}>
          <CopyButton value={token}>
            {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
          </CopyButton>
          <Button variant="default" onClick={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog onClose={onClose} title="New token">
      <form className={classes.form} onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <TextInput label="Name" description="Who or what will use it" data-autofocus {...form.getInputProps('name')} />
        <Select label="Role" data={ROLES} allowDeselect={false} {...form.getInputProps('role')} />
        {form.values.role === 'agent' && (
          <MultiSelect
            label="May use"
            description="Servers and collections. With none chosen: all that there are and will be."
            data={reach}
            searchable
            clearable
            nothingFoundMessage="Nothing is called that"
            {...form.getInputProps('reach')}
          />
        )}
        <Select label="Expires" data={LIVES} allowDeselect={false} {...form.getInputProps('days')} />
        {create.error && (
          <p role="alert" className={classes.wrong}>
            {errorText(create.error)}
          </p>
        )}
        <div className={classes.actions}>
          <Button type="submit" loading={create.isPending}>
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** What an agent can be limited to. */
function useReach() {
  const fleet = useFleet()
  const { data: collections = [] } = useQuery(collectionsQuery)
  const servers = [...(fleet?.servers.values() ?? [])].sort((a, b) => a.name.localeCompare(b.name))
  return [
    { group: 'Collections', items: collections.map(({ id, name }) => ({ value: collectionKey(id), label: name })) },
    { group: 'Servers', items: servers.map(({ id, name }) => ({ value: serverKey(id), label: name })) },
  ]
}
