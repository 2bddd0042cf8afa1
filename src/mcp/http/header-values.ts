import type { Json, JsonObject } from '../../core/capabilities.ts'
import { isObject } from '../json-rpc.ts'

/** The code of the error that says that headers and body disagree. */
export const HEADER_MISMATCH = -32_020

/** The body field that `Mcp-Name` repeats, by method (2026-07-28, standard request headers). */
const NAME_FIELDS: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
}

/** What `Mcp-Name` has to say of a request of the modern era; undefined when it needs none. */
export function nameInBody(method: string, params: JsonObject): string | undefined {
  const field = Object.hasOwn(NAME_FIELDS, method) ? NAME_FIELDS[method] : undefined
  const value = field === undefined ? undefined : params[field]
  return typeof value === 'string' ? value : undefined
}

/** The value of `Mcp-Name`, when there is one. */
export function nameHeader(method: string, params: JsonObject): string | undefined {
  const name = nameInBody(method, params)
  return name === undefined ? undefined : headerValue(name)
}

/** Text as an HTTP field value: as it is when it is plain ASCII, else as `=?base64?...?=` (2026-07-28, value encoding). */
export function headerValue(text: string): string {
  const isPlain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text)
  const looksEncoded = text.startsWith('=?base64?') && text.endsWith('?=')
  return isPlain && !looksEncoded ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}

/** A tool's argument that the server wants repeated as a header `Mcp-Param-<name>`. */
export type ParamHeader = { readonly path: readonly string[]; readonly name: string }

/** What a tool's input schema asks for with `x-mcp-header`, on properties reached through `properties` alone. */
export function paramHeadersOf(schema: Json | undefined, path: readonly string[] = []): readonly ParamHeader[] {
  if (!isObject(schema)) return []
  const asked = schema['x-mcp-header']
  const own = typeof asked === 'string' && path.length > 0 && TOKEN.test(asked)
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : []
  const nested = properties.flatMap(([key, member]) => paramHeadersOf(member, [...path, key]))
  return own ? [{ path, name: asked }, ...nested] : nested
}

/**
 * Why clients must leave out a tool whose input schema is this (2026-07-28, custom headers from tool parameters);
 * undefined: they need not.
 */
export function paramHeaderFault(schema: Json | undefined): string | undefined {
  const names = new Set<string>()
  for (const [declaration, isArgument] of declarations(schema)) {
    const fault = declarationFault(declaration, isArgument, names)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** Every subschema that wants to be a header, and whether it is an argument: reached through `properties` alone. */
function* declarations(
  node: Json | undefined,
  isArgument = false,
  isReachable = true,
): Generator<readonly [JsonObject, boolean]> {
  if (typeof node !== 'object' || node === null) return
  if (!isObject(node)) {
    for (const member of node) yield* declarations(member, false, false)
    return
  }
  if ('x-mcp-header' in node) yield [node, isArgument && isReachable]
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties' && isObject(value)) {
      for (const member of Object.values(value)) yield* declarations(member, true, isReachable)
    } else if (!DATA.has(key)) yield* declarations(value, false, false)
  }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const HEADER_TYPES: ReadonlySet<Json | undefined> = new Set(['string', 'integer', 'boolean'])
/** Keywords whose values are no schemas. */
const DATA: ReadonlySet<string> = new Set(['default', 'const', 'enum', 'examples'])

function declarationFault(
  { 'x-mcp-header': name, type }: JsonObject,
  isArgument: boolean,
  names: Set<string>,
): string | undefined {
  if (typeof name !== 'string' || !TOKEN.test(name)) return 'wants an argument as a header whose name is none'
  if (!isArgument) return `wants as the header ${name} what is not always an argument`
  if (!HEADER_TYPES.has(type)) return `wants as the header ${name} what is no string, integer or boolean`
  if (names.has(name.toLowerCase())) return `wants two arguments as the header ${name}`
  names.add(name.toLowerCase())
  return undefined
}

/** The headers a call needs, from its arguments; absent, null and structured arguments give none. */
export function paramHeaders(declared: readonly ParamHeader[], args: JsonObject): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const { path, name } of declared) {
    const value = path.reduce<Json | undefined>((node, key) => (isObject(node) ? node[key] : undefined), args)
    const isText = typeof value === 'string' || typeof value === 'boolean'
    const isNumber = typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value))
    if (isText || isNumber) headers[`mcp-param-${name.toLowerCase()}`] = headerValue(String(value))
  }
  return headers
}
