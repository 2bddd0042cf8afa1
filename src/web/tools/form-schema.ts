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
      untyped(isPlainObject(field) ? shownField(field, names.includes(name)) : {}),
    ]),
  )
}

function shownField(field: Schema, isRequired: boolean): Schema {
  const { const: only, ...rest } = shown(field, isRequired)
  if (only === undefined) return isRequired ? rest : choosable(rest)
  return isRequired ? { ...rest, const: only } : { ...rest, enum: [only] }
}

/** A choice that begins open, if it is one. */
function choosable(schema: Schema): Schema {
  for (const keyword of ['anyOf', 'oneOf']) {
    const members = schema[keyword]
    if (Array.isArray(members) && !members.every(isConstant) && members[0] !== NOT_SET)
      return { ...schema, [keyword]: [NOT_SET, ...members] }
  }
  return schema
}

/** What a choice is at first where null is no member of it. */
const NOT_SET: Schema = { type: 'null', title: 'Not set' }

const isConstant = (member: unknown): boolean => isPlainObject(member) && member.const !== undefined

/** Whether null in an optional field means that it is left out. */
export const mayBeLeftOut = ({ anyOf, oneOf }: Schema): boolean =>
  [anyOf, oneOf].some((members) => Array.isArray(members) && members[0] === NOT_SET)

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
  const named = members.map((member: unknown): Schema => {
    const read = isPlainObject(member) ? member : {}
    return { ...untyped(shown(read, true)), title: read.title ?? memberName(read) }
  })
  // Constants are filled in when a member is chosen, so that somebody has to choose.
  const isOpen = named.some((member) => constantsOf(member).length > 0) && !named.some(({ type }) => type === 'null')
  return { [keyword]: isOpen ? [NOT_SET, ...named] : named }
}

/** What tells one member of a choice from another: a constant in it, or its type. */
function memberName(member: Schema): string {
  const { type, const: only } = member
  if (only !== undefined) return String(only)
  return constantsOf(member).join(', ') || (typeof type === 'string' ? type : 'anything')
}

const constantsOf = ({ properties }: Schema): readonly string[] =>
  Object.entries(isPlainObject(properties) ? properties : {}).flatMap(([name, field]) =>
    isPlainObject(field) && field.const !== undefined ? [`${name}: ${field.const}`] : [],
  )

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
