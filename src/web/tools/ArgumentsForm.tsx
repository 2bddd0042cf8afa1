// The package as a whole needs a validator that compiles schemas, which the policy of our pages forbids.
import Form from '@rjsf/core/lib/components/Form.js'
import { ErrorSchemaBuilder, englishStringTranslator, type RJSFSchema, TranslatableString } from '@rjsf/utils'
import { useMemo } from 'react'
import type { Flaw } from './check-value.ts'
import type { Arguments } from './draft.ts'
import { FORM_BEHAVIOUR } from './form-defaults.ts'
import { formFields, formTemplates } from './form-templates.tsx'
import { formValidator } from './form-validator.ts'
import { formWidgets } from './form-widgets.tsx'

type Props = {
  readonly schema: RJSFSchema
  readonly value: Arguments
  readonly flaws: readonly Flaw[]
  readonly onChange: (value: unknown) => void
}

/** A field for each argument. It holds nothing: what is typed goes out, and comes back as `value`. */
export function ArgumentsForm({ schema, value, flaws, onChange }: Props) {
  const extraErrors = useMemo(() => {
    const errors = new ErrorSchemaBuilder()
    for (const { path, message } of flaws) errors.addErrors(message, [...path])
    return errors.ErrorSchema
  }, [flaws])
  return (
    <Form
      tagName="div"
      idPrefix="argument"
      idSeparator="/"
      schema={schema}
      formData={value}
      validator={formValidator}
      noValidate
      extraErrors={extraErrors}
      showErrorList={false}
      uiSchema={UI}
      fields={formFields}
      templates={formTemplates}
      widgets={formWidgets}
      translateString={wordsOf}
      experimental_defaultFormStateBehavior={FORM_BEHAVIOUR}
      onChange={(change) => onChange(change.formData)}
    />
  )
}

const UI = { 'ui:submitButtonOptions': { norender: true } }

/** A new entry of a map begins empty. */
const wordsOf = (words: TranslatableString, params?: string[]): string =>
  words === TranslatableString.NewStringDefault ? '' : englishStringTranslator(words, params)
