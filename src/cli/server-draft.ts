import type { Command } from 'commander'
import type { z } from 'zod'
import type { CreateServerInput } from '../api/server-input.ts'
import { CliError, EXIT } from './exit-code.ts'
import { wholeNumber } from './option-values.ts'

type ServerDraft = z.input<typeof CreateServerInput>

/** What is said of a server whatever it is. */
export type CommonOptions = {
  readonly interval?: number
  readonly timeout?: number
  readonly callTimeout?: number
  readonly recordPayloads?: boolean
  readonly description?: string
}

/** How a server is described on the command line. */
export type DraftOptions = CommonOptions & {
  readonly header?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly protocol?: 'http-streamable' | 'sse'
  readonly processPerSession?: true
  readonly disabled?: true
}

export const withCommonOptions = (command: Command): Command =>
  command
    .option('--interval <seconds>', 'between checks', wholeNumber(5, 86_400))
    .option('--timeout <seconds>', 'of a check', wholeNumber(1, 300))
    .option('--call-timeout <seconds>', 'of a tool call', wholeNumber(1, 3_600))
    .option('--record-payloads', "keep arguments and results of agents' calls, without secrets")
    .option('--description <text>', 'for people')

/** The fields that were named. */
export const commonDraft = ({ interval, timeout, callTimeout, recordPayloads, description }: CommonOptions) => ({
  ...(description === undefined ? {} : { description }),
  ...(interval === undefined ? {} : { check_interval_seconds: interval }),
  ...(timeout === undefined ? {} : { timeout_seconds: timeout }),
  ...(callTimeout === undefined ? {} : { call_timeout_seconds: callTimeout }),
  ...(recordPayloads === undefined ? {} : { record_payloads: recordPayloads }),
})

/**
 * What to register for `omni2 add <name> <target...>`; `dashed`: the target stood after `--` and so is a command.
 * @throws CliError when it is neither a URL nor a command.
 */
export function serverDraft(
  name: string,
  target: readonly string[],
  dashed: boolean,
  options: DraftOptions & { readonly bearer?: string | undefined },
): ServerDraft {
  const [first = '', ...rest] = target
  const common = { name, enabled: !options.disabled, ...commonDraft(options) }
  if (dashed) {
    refuse(
      options.header || options.bearer ? 'A command takes no headers: hand credentials over with --env' : undefined,
    )
    refuse(options.protocol ? 'A command speaks stdio: leave --protocol out' : undefined)
    return {
      ...common,
      protocol: 'stdio',
      command: first,
      args: rest,
      ...(options.env ? { env: options.env } : {}),
      ...(options.processPerSession ? { gateway_process: 'per_session' } : {}),
    }
  }
  refuse(options.processPerSession ? '--process-per-session is for commands' : undefined)
  refuse(options.env ? '--env is for commands; a URL takes --header' : undefined)
  refuse(rest.length > 0 || !isUrl(first) ? notUrl(name, target) : undefined)
  return { ...common, protocol: options.protocol ?? 'http-streamable', url: first, ...credentials(options) }
}

/** A token alone is a bearer token; beside other headers it is one of them. */
function credentials({ header, bearer }: Parameters<typeof serverDraft>[3]) {
  if (header) {
    const headers = bearer === undefined ? header : { ...header, Authorization: `Bearer ${bearer}` }
    return { auth_type: 'custom_headers', auth_config: { headers: { ...headers } } } as const
  }
  return bearer === undefined ? {} : ({ auth_type: 'bearer', auth_config: { token: bearer } } as const)
}

/** Also one that begins with a reference to the environment. */
const isUrl = (text: string): boolean => /^(https?:\/\/|\$\{env:)/i.test(text)

function notUrl(name: string, target: readonly string[]): string {
  const [first = ''] = target
  const bare = target.length === 1 && /^[\w.-]+(:\d+)(\/\S*)?$/.test(first)
  return bare
    ? `Not a URL: ${first}. Did you mean http://${first}?`
    : `To add a command, write: omni2 add ${name} -- ${target.join(' ')}`
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw new CliError(EXIT.usage, problem, { hints: ['omni2 add --help shows examples.'] })
}
