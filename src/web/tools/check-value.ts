import { encodePointer, type OutputUnit, type SchemaDraft, Validator } from '@cfworker/json-schema'
import { isPlainObject } from '../api/json-object.ts'
import type { Schema } from './plain-schema.ts'
import { MAX_MATCHED_LENGTH } from './quick-pattern.ts'

/** What is wrong in a value, and where: property names and indexes from the outside in. */
export type Flaw = { readonly path: readonly string[]; readonly message: string; readonly isMissing: boolean }

/** They only say that there is a flaw further in. */
const OUTER = new Set([
  '$ref',
  'allOf',
  'properties',
  'patternProperties',
  'additionalProperties',
  'unevaluatedProperties',
  'items',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'dependentSchemas',
  'if',
  'then',
  'else',
])
const CHOICES = new Set(['anyOf', 'oneOf', 'not'])

/** Where a value does not fit a plain schema; undefined when the schema itself cannot be read. */
export function flawsOf(value: unknown, schema: Schema): readonly Flaw[] | undefined {
  const errors = errorsOf(value, schema)
  if (!errors) return undefined
  const choices = errors.filter(({ keyword }) => CHOICES.has(keyword)).map(({ keywordLocation }) => keywordLocation)
  const telling = errors.filter(
    ({ keyword, keywordLocation }) =>
      !OUTER.has(keyword) && !choices.some((choice) => keywordLocation.startsWith(`${choice}/`)),
  )
  const flaws = telling.map(flawOf)
  return flaws.filter(
    (flaw, index) =>
      flaws.findIndex((other) => `${other.path}` === `${flaw.path}` && other.message === flaw.message) === index,
  )
}

export const fits = (value: unknown, schema: Schema): boolean => errorsOf(value, schema)?.length === 0

function errorsOf(value: unknown, schema: Schema): readonly OutputUnit[] | undefined {
  const cut = new Set<string>()
  const short = shortened(value, '#', cut)
  try {
    const { errors } = new Validator(structuredClone(schema), draftOf(schema), false).validate(short)
    return errors.filter(({ instanceLocation }) => !cut.has(instanceLocation))
  } catch {
    // It throws whatever a malformed keyword leads to.
    return undefined
  }
}

/** Patterns may take long on long texts, so that those are cut, and whatever is said of them is not listened to. */
function shortened(value: unknown, at: string, cut: Set<string>): unknown {
  const inside = (part: unknown, step: string | number) => shortened(part, `${at}/${encodePointer(String(step))}`, cut)
  if (Array.isArray(value)) return value.map(inside)
  if (isPlainObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inside(part, name)]))
  }
  if (typeof value !== 'string' || value.length <= MAX_MATCHED_LENGTH) return value
  cut.add(at)
  return value.slice(0, MAX_MATCHED_LENGTH)
}

function draftOf({ $schema }: Schema): SchemaDraft {
  const said = typeof $schema === 'string' ? $schema : ''
  if (said.includes('draft-04')) return '4'
  if (said.includes('draft-06') || said.includes('draft-07')) return '7'
  return said.includes('2019-09') ? '2019-09' : '2020-12'
}

function flawOf({ keyword, instanceLocation, error }: OutputUnit): Flaw {
  const path = stepsOf(instanceLocation)
  const [, missing] = keyword === 'required' ? (/property "(.*)"\.$/s.exec(error) ?? []) : []
  if (missing !== undefined) return { path: [...path, missing], message: 'is required', isMissing: true }
  return { path, message: messageOf(keyword, error), isMissing: false }
}

function messageOf(keyword: string, error: string): string {
  switch (keyword) {
    case 'type':
      return `must be ${/Expected (.*)\.$/.exec(error)?.[1]?.replaceAll('"', '') ?? 'of another type'}`
    case 'enum':
    case 'const':
      return 'is not one of what may be chosen'
    case 'anyOf':
      return 'fits none of the choices'
    case 'oneOf':
      return 'must fit exactly one of the choices'
    case 'pattern':
      return 'does not fit the pattern'
    case 'format':
      return `is no ${/format "(.*)"\.$/.exec(error)?.[1] ?? 'such format'}`
    case 'false':
      return 'is not allowed here'
    case 'minLength':
      return 'is too short'
    case 'maxLength':
      return 'is too long'
    default:
      return error.replace(/\.$/, '').replace(/^Instance /, '')
  }
}

/** Of a JSON pointer such as `#/a/0`. */
const stepsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => decodeURI(step).replaceAll('~1', '/').replaceAll('~0', '~'))

/** A flaw in one line, such as `items 2 name is required`. */
export const flawText = ({ path, message }: Flaw): string =>
  `${path.map((step) => (/^\d+$/.test(step) ? `#${Number(step) + 1}` : step)).join(' ') || 'It'} ${message}`
