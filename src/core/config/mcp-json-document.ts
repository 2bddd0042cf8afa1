import { AppError, type FieldError } from '../errors.ts'
import { isPollutingKey } from './env-reference.ts'
import { isPlainObject } from './json-object.ts'

/** A value that an mcp.json leaves to whoever uses it, as VS Code writes it. */
export type McpJsonInput = {
  readonly id: string
  readonly description: string | undefined
  /** Typed unseen, so kept unreadable. */
  readonly secret: boolean
  readonly fallback: string | undefined
  /** The only values allowed; empty when every value is. */
  readonly options: readonly string[]
}

export type McpJsonFormat = 'mcpServers' | 'servers' | 'bare'

/** An mcp.json in its parts, whoever wrote it; entries are not judged yet. */
export type McpJsonDocument = {
  readonly format: McpJsonFormat
  readonly entries: readonly (readonly [name: string, entry: unknown])[]
  readonly inputs: ReadonlyMap<string, McpJsonInput>
  readonly warnings: readonly FieldError[]
}

const MAX_ENTRIES = 1_000
const MAX_WARNINGS = 20

/**
 * Finds the servers in what Claude Desktop, Cursor and Claude Code (`mcpServers`) or VS Code (`servers`, in its settings
 * `mcp.servers`) write, or in a bare map of servers.
 * @throws AppError 'invalid_input' when there are none to be found.
 */
export function readMcpJson(document: unknown): McpJsonDocument {
  if (!isPlainObject(document)) throw notFound('An mcp.json is a JSON object')
  const settings = own(document, 'mcp')
  const root = isPlainObject(settings) && isPlainObject(own(settings, 'servers')) ? settings : document
  const format = formatOf(root)
  const servers = format === 'bare' ? root : own(root, format)
  if (!isPlainObject(servers)) throw notFound(`"${format}" is not an object of servers`)
  const entries = Object.entries(servers)
  if (entries.length > MAX_ENTRIES) throw notFound(`More than ${MAX_ENTRIES} servers`)
  const known = new Set(format === 'servers' ? ['servers', 'inputs', '$schema'] : ['mcpServers', 'inputs', '$schema'])
  const unknown = format === 'bare' || root !== document ? [] : Object.keys(root).filter((key) => !known.has(key))
  return {
    format,
    entries,
    inputs: format === 'bare' ? new Map() : readInputs(own(root, 'inputs')),
    warnings: unknown.slice(0, MAX_WARNINGS).map((path) => ({ path, message: 'This key is not used' })),
  }
}

/** A key of the object itself, never one of its prototype. */
export const own = (object: { readonly [key: string]: unknown }, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined

function formatOf(root: { readonly [key: string]: unknown }): McpJsonFormat {
  if (Object.hasOwn(root, 'mcpServers')) return 'mcpServers'
  if (Object.hasOwn(root, 'servers') && !looksLikeEntry(own(root, 'servers'))) return 'servers'
  if (Object.values(root).some(looksLikeEntry)) return 'bare'
  throw notFound('No servers found: expected "mcpServers", "servers" or a map of servers')
}

const looksLikeEntry = (value: unknown): boolean =>
  isPlainObject(value) && ['command', 'url', 'serverUrl', 'httpUrl'].some((key) => typeof own(value, key) === 'string')

function readInputs(list: unknown): ReadonlyMap<string, McpJsonInput> {
  const inputs = new Map<string, McpJsonInput>()
  for (const item of Array.isArray(list) ? list : []) {
    const id = isPlainObject(item) ? text(own(item, 'id')) : undefined
    if (!isPlainObject(item) || id === undefined || isPollutingKey(id)) continue
    const options = own(item, 'options')
    inputs.set(id, {
      id,
      description: text(own(item, 'description')),
      secret: own(item, 'password') === true,
      fallback: text(own(item, 'default')),
      options: Array.isArray(options) ? options.map(optionValue).filter((value) => value !== undefined) : [],
    })
  }
  return inputs
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** VS Code writes an option as its value or as `{ label, value }`. */
const optionValue = (option: unknown): string | undefined =>
  isPlainObject(option) ? text(own(option, 'value')) : text(option)

const notFound = (message: string) => new AppError('invalid_input', message, { fields: [{ path: 'config', message }] })
