import { readFile } from 'node:fs/promises'
import type { Context } from './context.ts'
import { CliError, EXIT } from './exit-code.ts'

/** More than any mcp.json or token, in UTF-16 units. */
const MAX_INPUT = 2_000_000

/** Everything on standard input. */
export async function textFrom({ input }: Context): Promise<string> {
  input.setEncoding('utf8')
  let read = ''
  for await (const chunk of input) {
    read += String(chunk)
    if (read.length > MAX_INPUT) throw new CliError(EXIT.usage, 'Too much on standard input')
  }
  return read
}

/** The text of a file. @throws CliError that names it and tells `hints`. */
export async function textIn(file: string, hints: readonly string[] = []): Promise<string> {
  return await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CliError(EXIT.usage, `${file} cannot be read`, { cause, hints })
  })
}

/** The text of an mcp.json that a person named; `-` is standard input. */
export const mcpJsonText = (context: Context, file: string): Promise<string> =>
  file === '-' ? textFrom(context) : textIn(file, ['Name an mcp.json, or - for standard input.'])
