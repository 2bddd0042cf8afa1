import { isCountName, isSecretName } from '../../api/secret-name.ts'
import { isPlainObject } from '../api/json-object.ts'
import type { Schema } from './plain-schema.ts'

/** Whether a field is for something that nobody else should read, by what its schema says or by its name. */
export const isSecretField = (name: string, schema: Schema): boolean =>
  schema.format === 'password' || schema.writeOnly === true || (isSecretName(name) && !isHarmless(name, schema))

/** A `max_tokens` is no secret. */
const isHarmless = (name: string, { type }: Schema): boolean =>
  type === 'boolean' || ((type === 'integer' || type === 'number') && isCountName(name))

/** Whether something is filled in, anywhere in `value`, that nobody else should read. */
export function hasSecret(value: unknown, schema: unknown, name = ''): boolean {
  if (value === undefined || value === null || value === '') return false
  const read = isPlainObject(schema) ? schema : {}
  if (isSecretField(name, { type: typeof value, ...read })) return true
  if (Array.isArray(value)) return value.some((item) => hasSecret(item, read.items))
  const { properties } = read
  return isPlainObject(value)
    ? Object.entries(value).some(([field, part]) =>
        hasSecret(part, isPlainObject(properties) ? properties[field] : undefined, field),
      )
    : false
}
