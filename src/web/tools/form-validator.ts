import type { ValidatorType } from '@rjsf/utils'
import { fits } from './check-value.ts'

/** The form asks it which member of a choice a value is; what is wrong in the arguments is told by `flawsOf`. */
export const formValidator: ValidatorType = {
  isValid: (schema, value: unknown) => value !== undefined && fits(value, schema),
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({}),
}
