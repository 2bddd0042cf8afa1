import stripJsonComments from 'strip-json-comments'
import { AppError } from '../core/errors.ts'
import { findJsonTrap } from './http/json-body.ts'

/**
 * Reads an mcp.json as editors let people write it: with comments and trailing commas.
 * @throws AppError 'invalid_input' for anything that is not JSON otherwise, or that parsers would read differently.
 */
export function parseMcpJsonText(text: string): unknown {
  const plain = stripJsonComments(text.replace(/^\uFEFF/, ''), { trailingCommas: true })
  const trap = findJsonTrap(plain)
  if (trap) throw refused(trap)
  try {
    return JSON.parse(plain)
  } catch (cause) {
    throw refused(`Not JSON${lineOf(plain, cause)}`, { cause })
  }
}

/** Where the parser stopped; its own message quotes the text, which may be a secret. */
function lineOf(text: string, error: unknown): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined
  return position === undefined ? '' : `: see line ${text.slice(0, Number(position)).split('\n').length}`
}

const refused = (message: string, options?: ErrorOptions) =>
  new AppError('invalid_input', message, { fields: [{ path: 'text', message }], ...options })
