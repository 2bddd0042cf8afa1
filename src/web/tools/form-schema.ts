import type { RJSFSchema } from '@rjsf/utils'
import { isPlainObject } from '../api/json-object.ts'
import type { Schema } from './plain-schema.ts'

/**
 * The same schema as people fill it in: an optional value that may also be null is left out instead, several types are a
 * choice, and what has no type is a field for JSON. Values are never checked against it.
 */
export const formSchema = (schema: Schema): RJSFSchema => shown(schema, true)

function shown(schema: Schema, isRequired: boolean): Schema {
  const { type } = schema
  if (!isRequired) {
    const alone = withoutNull(schema)
    if (alone) return shown(alone, true)
  }
  if (Array.isArray(type) && type.length > 1) {
    const { type: _, title, description, default: initial, ...rest } = schema
    const choices = type.map((one) => ({ ...rest, type: one }))
    return shown({ title, description, default: initial, anyOf: choices }, isRequired)
  }
  return {
    ...schema,
    ...(isPlainObject(schema.properties) && { properties: shownFields(schema.properties, schema.required) }),
    ...(isPlainObject(schema.additionalProperties) && {
      additionalProperties: untyped(shown(schema.additionalProperties, true)),
    }),
    ...(type === 'array' && shownItems(schema)),
    ...choice('anyOf', schema),
    ...choice('oneOf', schema),
    ...(Array.isArray(schema.allOf) && { allOf: schema.allOf.map(shownPart) }),
  }
}

const shownPart = (part: unknown): unknown => (isPlainObject(part) ? shown(part, true) : part)

function shownFields(fields: Schema, required: unknown): Schema {
  const names: readonly unknown[] = Array.isArray(required) ? required : []
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      untyped(isPlainObject(field) ? shown(field, names.includes(name)) : {}),
    ]),
  )
}

/** Of a list: items of one kind, or a tuple, which the form knows under its old name. */
function shownItems({ items, prefixItems }: Schema): Schema {
  const rest = untyped(isPlainObject(items) ? shown(items, true) : {})
  if (!Array.isArray(prefixItems) || prefixItems.length === 0) return { items: Array.isArray(items) ? items : rest }
  const first = prefixItems.map((item: unknown) => untyped(isPlainObject(item) ? shown(item, true) : {}))
  return { items: first, additionalItems: items === false ? false : rest, prefixItems: undefined }
}

/** A choice whose members all say what they are. */
function choice(keyword: 'anyOf' | 'oneOf', { [keyword]: members }: Schema): Schema {
  if (!Array.isArray(members)) return {}
  return {
    [keyword]: members.map((member: unknown) => {
      const read = isPlainObject(member) ? shown(member, true) : {}
      return { ...untyped(read), title: read.title ?? memberName(read) }
    }),
  }
}

/** What tells one member of a choice from another: a constant in it, or its type. */
function memberName({ properties, type, const: only }: Schema): string {
  if (only !== undefined) return String(only)
  const constants = Object.entries(isPlainObject(properties) ? properties : {}).flatMap(([name, field]) =>
    isPlainObject(field) && field.const !== undefined ? [`${name}: ${field.const}`] : [],
  )
  return constants.join(', ') || (typeof type === 'string' ? type : 'anything')
}

/** The only other thing a nullable value may be. */
function withoutNull(schema: Schema): Schema | undefined {
  const { type, default: initial, ...rest } = schema
  const kept = initial === null || initial === undefined ? rest : { ...rest, default: initial }
  if (Array.isArray(type) && type.includes('null')) {
    const others = type.filter((one) => one !== 'null')
    return { ...kept, type: others.length === 1 ? others[0] : others }
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const members = schema[keyword]
    if (!Array.isArray(members)) continue
    const others = members.filter((member: unknown) => !isPlainObject(member) || member.type !== 'null')
    if (others.length === members.length) continue
    const [only] = others
    const outside = defined({ ...kept, type, [keyword]: undefined })
    return others.length === 1 && isPlainObject(only) ? { ...only, ...outside } : { ...outside, [keyword]: others }
  }
  return undefined
}

const defined = (schema: Schema): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined))

const TELLING = ['type', 'enum', 'const', 'properties', 'anyOf', 'oneOf', 'allOf', 'if']

/** The form shows nothing for an empty schema; a comment makes it a field for JSON. */
const untyped = (schema: Schema): Schema =>
  TELLING.some((keyword) => schema[keyword] !== undefined) ? schema : { ...schema, $comment: 'any JSON' }
