import { Button, Group, NumberInput, Select } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { BreakerOverrideInput, type BreakerView } from '../../api/breaker.ts'
import { breakerConfigQuery } from '../api/breaker-config.ts'
import { api } from '../api/mcpApi.ts'
import { BREAKER_FIELDS, type SettingField } from '../ui/breaker-fields.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { draftOf, type OverrideDraft, overrideOf } from './breaker-override.ts'
import classes from './OverviewTab.module.css'
import { breakerQuery } from './server-queries.ts'

type Props = { readonly breaker: BreakerView; readonly onClose: () => void }

/** Settings of the breaker that only this server has; what is left empty is as for all servers. */
export function BreakerOverride({ breaker: { server_id: id, server_name, override }, onClose }: Props) {
  const queryClient = useQueryClient()
  const fleet = useQuery(breakerConfigQuery).data
  const form = useForm<OverrideDraft>({
    initialValues: draftOf(override),
    validate: (draft) => wrongFields(draft),
  })
  const save = useMutation({
    mutationFn: (draft: OverrideDraft) => api.setBreakerOverride({ params: { id }, body: overrideOf(draft) }),
    onSuccess: (breaker) => {
      queryClient.setQueryData(breakerQuery(id).queryKey, breaker)
      notify('good', `Circuit breaker of ${server_name} saved`)
      onClose()
    },
    onError: (error) => notify('bad', 'Not saved', errorText(error)),
  })
  return (
    <Dialog onClose={onClose} title={`Circuit breaker of ${server_name}`} size="lg">
      <form className={classes.override} onSubmit={form.onSubmit((draft) => save.mutate(draft))}>
        {Object.entries<SettingField>(BREAKER_FIELDS).map(([key, { label, about, unit }]) => {
          const all = fleet && new Map(Object.entries(fleet)).get(key)
          const props = { key, label, description: about, ...form.getInputProps(key) }
          if (unit === undefined) return <Select {...props} key={key} data={choices(all)} allowDeselect={false} />
          return (
            <NumberInput
              {...props}
              key={key}
              suffix={` ${unit}`}
              placeholder={all === undefined ? '' : `${all} ${unit}, as for all servers`}
              allowDecimal={false}
              allowNegative={false}
            />
          )
        })}
        <Group gap="xs">
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
          {override && (
            <Button variant="default" loading={save.isPending} onClick={() => save.mutate({})}>
              Follow all servers
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}

const choices = (all: unknown) => [
  { value: '', label: `As for all servers${typeof all === 'boolean' ? (all ? ': on' : ': off') : ''}` },
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
]

function wrongFields(draft: OverrideDraft): Record<string, string> {
  const { error } = BreakerOverrideInput.safeParse(overrideOf(draft))
  return Object.fromEntries((error?.issues ?? []).map(({ path, message }) => [String(path[0]), message]))
}
