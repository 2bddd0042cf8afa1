import { isPlainObject } from '../api/json-object.ts'
import { isQuickPattern } from './quick-pattern.ts'

/** A JSON Schema as an object, unread. */
export type Schema = { readonly [keyword: string]: unknown }

export type PlainSchema = {
  /** The schema without references; whatever was left out of it accepts anything. */
  readonly schema: Schema
  /** It is larger than a page can show as a form. */
  readonly isHuge: boolean
  /** What the page leaves to the server to check. */
  readonly unchecked: readonly string[]
}

/** More fields than anybody fills in; references multiply, and each use counts. */
const MAX_NODES = 600
const MAX_DEPTH = 24

const IN_SCHEMA = [
  'items',
  'additionalItems',
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
]
const IN_LIST = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']
const IN_MAP = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies']
/** References and what they point to: what is plain has none. */
const LEFT_OUT = new Set([
  '$ref',
  '$id',
  'id',
  '$anchor',
  '$defs',
  'definitions',
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
])

/** No format of JSON Schema, but one that our validator matches with a pattern that may take for ever. */
const SLOW_FORMAT = 'url'

/**
 * A schema of a server made harmless to walk: references are replaced by what they mean, and what refers to itself, lies
 * elsewhere or goes on for too long, by "anything". Patterns that could keep the page busy are left out.
 */
export function plainSchema(root: unknown): PlainSchema {
  const unchecked = new Set<string>()
  let nodes = 0

  function plain(schema: unknown, depth: number, within: readonly string[]): Schema | boolean {
    if (typeof schema === 'boolean' || !isPlainObject(schema)) return schema !== false
    nodes++
    if (nodes > MAX_NODES || depth > MAX_DEPTH) return anything(schema)
    const own = parts(schema, depth, within)
    const { $ref } = schema
    if (typeof $ref !== 'string') return own
    if (within.includes($ref)) {
      unchecked.add(`${$ref}, which contains itself`)
      return anything(schema)
    }
    const target = targetOf(root, $ref)
    if (target === undefined) {
      unchecked.add(`${$ref.slice(0, 200)}, which is not in the schema`)
      return own
    }
    const meant = plain(target, depth + 1, [...within, $ref])
    return typeof meant === 'boolean' ? own : { ...meant, ...own }
  }

  function parts(schema: Schema, depth: number, within: readonly string[]): Schema {
    const walk = (part: unknown) => plain(part, depth + 1, within)
    return Object.fromEntries(
      Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
        if (LEFT_OUT.has(keyword) || (keyword === 'format' && value === SLOW_FORMAT)) return []
        if (keyword === 'pattern' && !isQuickPattern(value)) {
          unchecked.add(`the pattern ${String(value).slice(0, 200)}`)
          return []
        }
        if (IN_LIST.includes(keyword) && Array.isArray(value)) return [[keyword, value.map(walk)]]
        if (IN_MAP.includes(keyword)) return isPlainObject(value) ? [[keyword, mapOf(keyword, value, walk)]] : []
        if (IN_SCHEMA.includes(keyword)) return [[keyword, walk(value)]]
        return [[keyword, value]]
      }),
    )
  }

  function mapOf(keyword: string, map: Schema, walk: (part: unknown) => unknown): Schema {
    return Object.fromEntries(
      Object.entries(map).flatMap(([name, part]): [string, unknown][] => {
        if (Array.isArray(part)) return [[name, part]]
        if (keyword !== 'patternProperties' || isQuickPattern(name)) return [[name, walk(part)]]
        unchecked.add(`names like ${name.slice(0, 200)}`)
        return []
      }),
    )
  }

  const read = plain(root, 0, ['#'])
  return {
    schema: typeof read === 'boolean' ? { type: 'object' } : { type: 'object', ...read },
    isHuge: nodes > MAX_NODES,
    unchecked: [...unchecked],
  }
}

/** What tells people about a part, without anything that restricts it. */
const anything = ({ title, description }: Schema): Schema => ({
  ...(typeof title === 'string' && { title }),
  ...(typeof description === 'string' && { description }),
})

/** What a reference within `root` points to, such as `#/$defs/Item`. */
function targetOf(root: unknown, ref: string): unknown {
  if (ref === '#') return root
  if (!ref.startsWith('#/')) return undefined
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, step) => {
      const name = unescapedStep(step)
      return isPlainObject(at) || Array.isArray(at) ? new Map(Object.entries(at)).get(name) : undefined
    }, root)
}

/** RFC 6901, within a URI fragment. */
function unescapedStep(step: string): string {
  const decoded = /%(?![\da-f]{2})/i.test(step) ? step : safelyDecoded(step)
  return decoded.replaceAll('~1', '/').replaceAll('~0', '~')
}

function safelyDecoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch (error) {
    if (error instanceof URIError) return step
    throw error
  }
}
