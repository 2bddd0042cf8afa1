import { type Experimental_DefaultFormStateBehavior, getDefaultFormState, type RJSFSchema } from '@rjsf/utils'
import { type Arguments, draftFromForm } from './draft.ts'
import { formValidator } from './form-validator.ts'

/** While somebody types: what was emptied stays empty, unless it is required and has a default. */
export const FORM_BEHAVIOUR: Experimental_DefaultFormStateBehavior = {
  emptyObjectFields: 'populateRequiredDefaults',
  constAsDefaults: 'skipOneOf',
  arrayMinItems: { populate: 'requiredOnly' },
  // Else the constants of a choice stay empty after it was made.
  mergeDefaultsIntoFormData: 'useDefaultIfFormDataUndefined',
}

/** What the arguments of a tool are before anybody types: the defaults that its schema names. */
export function defaultArguments(schema: RJSFSchema): Arguments {
  const behaviour = { ...FORM_BEHAVIOUR, emptyObjectFields: 'skipEmptyDefaults' } as const
  return draftFromForm(getDefaultFormState(formValidator, schema, {}, schema, false, behaviour), schema).value ?? {}
}
