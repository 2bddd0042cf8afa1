import { z } from 'zod'
import type { AnyObject } from '../api/wire.ts'
import { CliError, EXIT } from './exit-code.ts'
import { oneLine } from './text/printable.ts'

const Schema = z.object({ properties: z.record(z.string(), z.unknown()).default({}) })
const Property = z.object({ type: z.union([z.string(), z.array(z.string())]) })

/** Arguments written as JSON. */
export function argumentsFromJson(text: string): AnyObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CliError(EXIT.usage, 'The arguments are not JSON', {
      cause,
      hints: [`Write them like: --args '{"path":"/tmp"}'`],
    })
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(value)
  if (parsed.success) return parsed.data
  throw new CliError(EXIT.usage, 'The arguments are not a JSON object', { hints: [`Such as: {"path":"/tmp"}`] })
}

/**
 * Arguments written as `key=value`, each read as the tool's `inputSchema` wants it; `key:=json` is always JSON.
 * @throws CliError for what cannot be read so.
 */
export function argumentsFromPairs(pairs: readonly string[], inputSchema: unknown): AnyObject {
  const { properties } = Schema.catch({ properties: {} }).parse(inputSchema)
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, json, value = ''] = /^([^=]+?)(:?)=(.*)$/s.exec(pair) ?? []
      if (key === undefined) {
        throw new CliError(EXIT.usage, `Not an argument: ${oneLine(pair)}`, { hints: ['Write it as key=value.'] })
      }
      return [key, json === '' ? asWanted(key, value, properties[key]) : parsed(key, value)]
    }),
  )
}

function asWanted(key: string, value: string, property: unknown): unknown {
  const known = Property.safeParse(property)
  const types = known.success ? [known.data.type].flat() : []
  if (types.length === 0 || types.includes('string')) return value
  const read = parsed(key, value)
  if (types.some((type) => isOf(type, read))) return read
  throw new CliError(EXIT.usage, `${oneLine(key)} must be ${types.join(' or ')}, not ${oneLine(value)}`)
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    default:
      return typeof value === type
  }
}

function parsed(key: string, value: string): unknown {
  try {
    return JSON.parse(value)
  } catch (cause) {
    throw new CliError(EXIT.usage, `${oneLine(key)} cannot be read as JSON: ${oneLine(value)}`, { cause })
  }
}
