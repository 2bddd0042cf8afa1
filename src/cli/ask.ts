import { confirm, password, text } from '@clack/prompts'
import type { Context } from './context.ts'
import { CliError, EXIT } from './exit-code.ts'
import { textFrom } from './input-text.ts'

/** Whether there is a person who can be asked. */
export const canAsk = ({ input, err }: Context): boolean => input.isTTY === true && err.isTTY === true

export const askSecret = async (context: Context, message: string): Promise<string> =>
  answered(await password({ message, ...streams(context), validate: filled })).trim()

export const askText = async (context: Context, message: string, initialValue: string | null): Promise<string> =>
  answered(await text({ message, ...(initialValue === null ? {} : { initialValue }), ...streams(context) }))

/** `preset`: what Enter alone answers. */
export const askYes = async (context: Context, message: string, preset: boolean): Promise<boolean> =>
  answered(await confirm({ message, initialValue: preset, ...streams(context) }))

/** A secret from a person, or from standard input when that is not a terminal; nothing of it is shown. */
export async function secretFrom(context: Context, message: string): Promise<string> {
  if (canAsk(context)) return await askSecret(context, message)
  const secret = (await textFrom(context)).trim()
  if (secret === '') throw new CliError(EXIT.usage, `${message}: nothing came on standard input`)
  return secret
}

/** Questions go where errors go, so that a pipe gets the result alone. */
const streams = ({ input, err, signal }: Context) => ({ input, output: err, signal })

const filled = (value: string | undefined): string | undefined => (value?.trim() ? undefined : 'Nothing was given')

function answered<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer === 'symbol') throw new CliError(EXIT.interrupted, 'Cancelled')
  return answer as Exclude<T, symbol> // checked above
}
