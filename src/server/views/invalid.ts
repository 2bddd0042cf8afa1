import { AppError } from '../../core/errors.ts'

/** A field that passes its own schema and still does not fit. */
export const invalid = (path: string, message: string): AppError =>
  new AppError('invalid_input', `${path}: ${message}`, { fields: [{ path, message }] })
