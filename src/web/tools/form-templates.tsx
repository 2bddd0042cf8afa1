import { ActionIcon, Button, Textarea, TextInput } from '@mantine/core'
import {
  ADDITIONAL_PROPERTY_FLAG,
  type ArrayFieldItemTemplateProps,
  type ArrayFieldTemplateProps,
  canExpand,
  type FieldProps,
  type FieldTemplateProps,
  type MultiSchemaFieldTemplateProps,
  type ObjectFieldTemplateProps,
  type RegistryFieldsType,
  type TemplatesType,
  type WrapIfAdditionalTemplateProps,
} from '@rjsf/utils'
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react'
import { Fragment, type ReactNode, useState } from 'react'
import classes from './ArgumentsForm.module.css'

/** Values label and describe themselves; a constant fills itself in, and nobody need see it. */
function FieldTemplate({ hidden, children, ...field }: FieldTemplateProps) {
  if (hidden || field.schema.const !== undefined) return null
  return ADDITIONAL_PROPERTY_FLAG in field.schema ? <MapEntry {...field}>{children}</MapEntry> : <div>{children}</div>
}

/** A name of its own and its value. */
function MapEntry({ id, label, onKeyRenameBlur, onRemoveProperty, children }: WrapIfAdditionalTemplateProps) {
  return (
    <div className={classes.entry}>
      <TextInput id={`${id}-key`} label="Name" defaultValue={label} onBlur={onKeyRenameBlur} />
      <div>{children}</div>
      <ActionIcon aria-label={`Remove ${label}`} onClick={onRemoveProperty}>
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </div>
  )
}

type GroupProps = {
  readonly title: string
  readonly description: ReactNode
  readonly required: boolean | undefined
  readonly errors: readonly string[] | undefined
  readonly children: ReactNode
}

const Group = ({ title, description, required, errors, children }: GroupProps) => (
  <fieldset className={classes.group}>
    <legend>
      {title}
      {required && <span aria-hidden> *</span>}
    </legend>
    {description && <p className={classes.about}>{description}</p>}
    {children}
    {errors?.map((error) => (
      <p key={error} className={classes.wrong}>
        {error}
      </p>
    ))}
  </fieldset>
)

function ObjectFieldTemplate(field: ObjectFieldTemplateProps) {
  const { fieldPathId, title, description, required, properties, errorSchema, schema, uiSchema, formData } = field
  const isOpen = canExpand(schema, uiSchema, formData)
  const fields = (
    <div className={classes.fields}>
      {properties.map(({ name, content }) => (
        <Fragment key={name}>{content}</Fragment>
      ))}
      {isOpen && <Add what="entry" onClick={field.onAddProperty} />}
    </div>
  )
  if (fieldPathId.path.length === 0) {
    return properties.length > 0 || isOpen ? fields : <p className={classes.about}>It takes none.</p>
  }
  return (
    <Group title={title} description={description} required={required} errors={errorSchema?.__errors}>
      {fields}
    </Group>
  )
}

const ArrayFieldTemplate = ({
  title,
  schema,
  required,
  rawErrors,
  items,
  canAdd,
  onAddClick,
}: ArrayFieldTemplateProps) => (
  <Group title={title} description={schema.description} required={required} errors={rawErrors}>
    <div className={classes.fields}>
      {items}
      {canAdd && <Add what={`item to ${title}`} onClick={onAddClick} />}
    </div>
  </Group>
)

const Add = ({ what, onClick }: { what: string; onClick: () => void }) => (
  <div>
    <Button
      variant="default"
      leftSection={<IconPlus size={14} aria-hidden />}
      aria-label={`Add ${what}`}
      onClick={() => onClick()}
    >
      Add
    </Button>
  </div>
)

function ArrayFieldItemTemplate({ children, buttonsProps, index, hasToolbar }: ArrayFieldItemTemplateProps) {
  const { hasMoveUp, hasMoveDown, hasRemove, onMoveUpItem, onMoveDownItem, onRemoveItem } = buttonsProps
  return (
    <div className={classes.item}>
      {children}
      {hasToolbar && (
        <div className={classes.itemActions}>
          {hasMoveUp && (
            <ActionIcon aria-label={`Move item ${index + 1} up`} onClick={() => onMoveUpItem()}>
              <IconArrowUp size={16} aria-hidden />
            </ActionIcon>
          )}
          {hasMoveDown && (
            <ActionIcon aria-label={`Move item ${index + 1} down`} onClick={() => onMoveDownItem()}>
              <IconArrowDown size={16} aria-hidden />
            </ActionIcon>
          )}
          {hasRemove && (
            <ActionIcon aria-label={`Remove item ${index + 1}`} onClick={() => onRemoveItem()}>
              <IconX size={16} aria-hidden />
            </ActionIcon>
          )}
        </div>
      )}
    </div>
  )
}

const MultiSchemaFieldTemplate = ({ selector, optionSchemaField }: MultiSchemaFieldTemplateProps) => (
  <div className={classes.choice}>
    {selector}
    {optionSchemaField}
  </div>
)

/** For what has no type, contains itself, or is of a kind that no other field can show. */
function JsonField({ name, schema, formData, required, rawErrors, fieldPathId, onChange }: FieldProps) {
  const [typed, setTyped] = useState<string>()
  const shown = typed !== undefined && same(typed, formData) ? typed : textOf(formData)
  const [unreadable, setUnreadable] = useState<string>()
  return (
    <Textarea
      id={fieldPathId.$id}
      label={schema.title ?? name}
      description={schema.description}
      placeholder="JSON"
      required={required === true}
      autosize
      minRows={1}
      maxRows={12}
      spellCheck={false}
      classNames={{ input: classes.code }}
      value={unreadable ?? shown}
      error={unreadable === undefined ? rawErrors?.join(', ') : 'This is not JSON yet'}
      onChange={({ currentTarget: { value } }) => {
        const read = parsed(value)
        setTyped(value)
        setUnreadable(read === NOT_JSON ? value : undefined)
        if (read !== NOT_JSON) onChange(read, fieldPathId.path)
      }}
    />
  )
}

const NOT_JSON = Symbol('not JSON')

/** Nothing typed is nothing said. */
function parsed(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return NOT_JSON
    throw error
  }
}

const textOf = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value, undefined, 2))
const same = (text: string, value: unknown): boolean => JSON.stringify(parsed(text)) === JSON.stringify(value)

export const formFields: RegistryFieldsType = { FallbackField: JsonField }

export const formTemplates: Partial<Omit<TemplatesType, 'ButtonTemplates'>> = {
  FieldTemplate,
  ObjectFieldTemplate,
  ArrayFieldTemplate,
  ArrayFieldItemTemplate,
  MultiSchemaFieldTemplate,
}
