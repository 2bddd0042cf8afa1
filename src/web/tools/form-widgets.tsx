import { Input, MultiSelect, PasswordInput, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import type { RegistryWidgetsType, WidgetProps } from '@rjsf/utils'
import { useId } from 'react'
import { isPlainObject } from '../api/json-object.ts'
import classes from './ArgumentsForm.module.css'
import { isSecretField } from './secret-field.ts'

/** Of an id such as `argument/items/0`: its last step is an index where the field is an item of a list. */
const steps = (id: string): readonly string[] => id.split('/').slice(1)

/** What every field has around it. Items of a list have their list's label, and a name for who cannot see it. */
function fieldProps({ id, label, required, schema, rawErrors }: WidgetProps) {
  const [list, item] = steps(id).slice(-2)
  const isItem = /^\d+$/.test(item ?? '')
  return {
    id,
    ...(isItem ? { 'aria-label': `${list} ${Number(item) + 1}` } : { label }),
    description: schema.description,
    required: required === true,
    error: rawErrors?.join(', '),
  }
}

const SINGLE_LINE = { date: 'date', time: 'time', email: 'email', uri: 'url' } as const
const LONG_LIST = 8

function TextWidget(props: WidgetProps) {
  const { id, schema, value, onChange } = props
  const field = {
    ...fieldProps(props),
    value: value === undefined || value === null ? '' : String(value),
    placeholder: exampleOf(schema.examples),
    autoComplete: 'off',
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      onChange(currentTarget.value === '' ? undefined : currentTarget.value),
  }
  if (isSecretField(steps(id).at(-1) ?? '', schema)) return <PasswordInput {...field} />
  if (schema.type === 'number' || schema.type === 'integer') return <TextInput {...field} inputMode="decimal" />
  const kind = new Map(Object.entries(SINGLE_LINE)).get(schema.format ?? '')
  if (kind) return <TextInput {...field} type={kind} />
  return (
    <Textarea {...field} classNames={{ input: classes.text }} autosize minRows={1} maxRows={12} spellCheck={false} />
  )
}

function SelectWidget(props: WidgetProps) {
  const { options, value, multiple, required, placeholder, onChange } = props
  const choices = options.enumOptions ?? []
  const chosen = (one: unknown): string | undefined => {
    const index = choices.findIndex((choice) => JSON.stringify(choice.value) === JSON.stringify(one))
    return index < 0 ? undefined : String(index)
  }
  const picked = (index: string): unknown => choices[Number(index)]?.value
  const shared = {
    ...fieldProps(props),
    data: choices.map((choice, index) => ({ value: String(index), label: choice.label })),
    searchable: choices.length > LONG_LIST,
    limit: 100,
    placeholder: placeholder || 'Not set',
  }
  if (multiple) {
    const all: readonly unknown[] = Array.isArray(value) ? value : []
    return (
      <MultiSelect
        {...shared}
        value={all.flatMap((one) => chosen(one) ?? [])}
        onChange={(indexes) => onChange(indexes.length === 0 && !required ? undefined : indexes.map(picked))}
      />
    )
  }
  return (
    <Select
      {...shared}
      clearable={!required && !isChoice(props)}
      allowDeselect={false}
      value={chosen(value) ?? null}
      onChange={(index) => onChange(index === null ? undefined : picked(index))}
    />
  )
}

/** Which member of an anyOf or oneOf: there is always one. */
const isChoice = ({ id }: WidgetProps): boolean => id.endsWith('of_select')

/** Left out, true and false are three things, which a box to tick cannot say. */
function BooleanWidget(props: WidgetProps) {
  const labelId = useId()
  const { required, value, onChange } = props
  const {
    label,
    'aria-label': hiddenLabel,
    ...around
  } = { 'aria-label': undefined, label: undefined, ...fieldProps(props) }
  const choices = required && value !== undefined ? ['true', 'false'] : ['not set', 'true', 'false']
  return (
    <Input.Wrapper {...around} label={label} labelElement="div" labelProps={{ id: labelId }}>
      <div>
        <SegmentedControl
          size="xs"
          data={choices}
          {...(label === undefined ? { 'aria-label': hiddenLabel } : { 'aria-labelledby': labelId })}
          value={typeof value === 'boolean' ? String(value) : 'not set'}
          onChange={(choice) => onChange(choice === 'not set' ? undefined : choice === 'true')}
        />
      </div>
    </Input.Wrapper>
  )
}

const exampleOf = (examples: unknown): string => {
  const [first]: readonly unknown[] = Array.isArray(examples) ? examples : []
  if (first === undefined) return ''
  return `such as ${typeof first === 'string' ? first : isPlainObject(first) ? JSON.stringify(first) : String(first)}`
}

/** One look for every kind of value: the form has no other fields than ours. */
export const formWidgets: RegistryWidgetsType = {
  TextWidget,
  TextareaWidget: TextWidget,
  PasswordWidget: TextWidget,
  EmailWidget: TextWidget,
  URLWidget: TextWidget,
  DateWidget: TextWidget,
  DateTimeWidget: TextWidget,
  TimeWidget: TextWidget,
  ColorWidget: TextWidget,
  FileWidget: TextWidget,
  UpDownWidget: TextWidget,
  RangeWidget: TextWidget,
  SelectWidget,
  RadioWidget: SelectWidget,
  CheckboxesWidget: SelectWidget,
  CheckboxWidget: BooleanWidget,
}
