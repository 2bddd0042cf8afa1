import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { AppError, type FieldError } from '../../core/errors.ts'

/** What a zod schema found, as the Fastify adapter hands it on. */
type Finding = {
  readonly instancePath: string
  readonly message?: string
  readonly params: Readonly<Record<string, unknown>>
}

const MAX_FIELDS = 20

/** Says of every part of a request that does not fit where it is; undefined when `error` is something else. */
export function validationError(error: unknown): AppError | undefined {
  if (!hasZodFastifySchemaValidationErrors(error)) return undefined
  // A path that names nothing that can exist names nothing that exists.
  if (error.validationContext === 'params') return new AppError('not_found', 'Not found', { cause: error })
  const fields = error.validation.flatMap(toFields).slice(0, MAX_FIELDS)
  const first = fields[0]
  const detail = first ? `${first.path === '' ? '' : `${first.path}: `}${first.message}` : 'Invalid input'
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : ''
  return new AppError('invalid_input', detail + more, { fields })
}

function toFields({ instancePath, message = 'Invalid', params }: Finding): FieldError[] {
  const path = instancePath.split('/').filter(Boolean).join('.')
  if (Array.isArray(params.keys)) {
    return params.keys.map((key) => ({ path: path === '' ? String(key) : `${path}.${key}`, message: 'Unknown field' }))
  }
  return [{ path, message }]
}
