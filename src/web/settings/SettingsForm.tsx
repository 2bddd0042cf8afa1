import { Button, NumberInput, Switch } from '@mantine/core'
import { schemaResolver, useForm } from '@mantine/form'
import type { z } from 'zod'
import { useMay } from '../api/session.ts'
import type { SettingField } from '../ui/breaker-fields.ts'
import classes from './SettingsPage.module.css'

type Value = number | boolean | null

type Props<V extends Record<string, Value>> = {
  readonly fields: Readonly<Record<keyof V & string, SettingField>>
  readonly values: V
  readonly defaults: Partial<V>
  readonly schema: z.ZodType
  readonly isSaving: boolean
  readonly onSave: (values: V) => void
}

/** Settings with what each one means. Only an admin may change them; others read. */
export function SettingsForm<V extends Record<string, Value>>(props: Props<V>) {
  const { fields, values, defaults, schema, isSaving, onSave } = props
  const mayChange = useMay('admin')
  const form = useForm<Record<string, Value>>({
    initialValues: values,
    validate: schemaResolver(schema, { sync: true }),
  })
  const isDirty = form.isDirty()
  return (
    <form
      className={classes.form}
      // The keys are those of `values`, which the form began with.
      onSubmit={form.onSubmit((changed) => onSave(changed as V))}
    >
      {Object.entries<SettingField>(fields).map(([name, field]) => {
        const about = describe(field, defaults[name])
        if (typeof values[name] === 'boolean') {
          const input = form.getInputProps(name, { type: 'checkbox' })
          return <Switch key={name} label={field.label} description={about} disabled={!mayChange} {...input} />
        }
        const { value, onChange, ...input } = form.getInputProps(name)
        return (
          <NumberInput
            key={name}
            label={field.label}
            description={about}
            suffix={` ${field.unit}`}
            placeholder={field.unset}
            readOnly={!mayChange}
            allowDecimal={false}
            allowNegative={false}
            value={value ?? ''}
            onChange={(next) => onChange(next === '' ? null : next)}
            {...input}
          />
        )
      })}
      {mayChange ? (
        <div className={classes.actions}>
          <Button type="submit" loading={isSaving} disabled={!isDirty}>
            Save
          </Button>
          {isDirty && (
            <Button variant="default" onClick={() => form.reset()}>
              Discard
            </Button>
          )}
        </div>
      ) : (
        <p className={classes.about}>Only an admin may change these.</p>
      )}
    </form>
  )
}

function describe({ about, unit }: SettingField, preset: Value | undefined): string {
  if (preset === undefined || preset === null) return about
  const shown = typeof preset === 'boolean' ? (preset ? 'on' : 'off') : `${preset} ${unit}`
  return `${about} Default: ${shown}.`
}
