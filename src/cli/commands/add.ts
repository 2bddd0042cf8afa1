import { type Command, Option } from 'commander'
import type { Client } from '../../api/client.ts'
import type { ServerView } from '../../api/server-view.ts'
import { secretFrom } from '../ask.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { collectPair } from '../option-values.ts'
import { type DraftOptions, serverDraft, withCommonOptions } from '../server-draft.ts'
import { checkText } from '../text/check-text.ts'
import { jsonText } from '../text/printable.ts'

type Options = DraftOptions & {
  readonly bearer?: true
  readonly bearerEnv?: string
  readonly wait: boolean
  readonly json?: true
}

export function addAdd(program: Command, context: Context): void {
  withCommonOptions(program.command('add'))
    .argument('<name>', 'letters, digits, ".", "-" and single "_"')
    .argument('<target...>', 'a URL, or after -- a command with its arguments')
    .usage('[options] <name> <url>\n       omni2 add [options] <name> -- <command> [args...]')
    .description('Register a server and show its first check')
    .option(
      '--header <name=value>',
      "a header; the value may be a reference to Omni2's environment: ${env:NAME}",
      collectPair,
    )
    .option('--bearer', 'ask for a bearer token, or read it from standard input')
    .option('--bearer-env <name>', 'the bearer token stands in this variable of your shell')
    .option('--env <name=value>', 'a variable for the command; its value too may be ${env:NAME}', collectPair)
    .addOption(new Option('--protocol <protocol>', 'of a URL').choices(['http-streamable', 'sse']))
    .option('--process-per-session', 'of a command: a process for each session of an agent, at most 16')
    .option('--disabled', 'register it without checking it')
    .option('--no-wait', 'do not wait for the first check')
    .option('--json', 'as JSON')
    .showHelpAfterError('(A command stands after --, as in: omni2 add files -- npx -y some-server; see --help)')
    .addHelpText(
      'after',
      examples(
        'omni2 add github https://api.githubcopilot.com/mcp/ --bearer-env GITHUB_TOKEN',
        'omni2 add files -- npx -y @modelcontextprotocol/server-filesystem /srv',
      ),
    )
    .action((name: string, target: readonly string[], options: Options, command: Command) =>
      add(context, name, target, options, command),
    )
}

async function add(context: Context, name: string, target: readonly string[], options: Options, command: Command) {
  const { out, endWith } = context
  const connection = await connectionOf(context, command)
  const bearer = await bearerToken(context, options, name)
  const draft = serverDraft(name, target, isDashed(context, target), { ...options, bearer })
  const server = await connection.client.createServer({ body: draft })
  const check = options.wait && server.enabled ? await firstCheck(connection.client, server) : undefined
  if (check && !check.health_result.healthy) endWith(EXIT.failed)
  if (options.json) return say(out, jsonText({ server, check: check ?? null }))
  say(out, `Added ${server.name} (id ${server.id}).`)
  if (!check) return
  const { paint } = viewOf(context)
  say(out, checkText({ name: server.name, status: check.health_status, result: check.health_result }, paint))
}

/** Joins the check that registering started. */
const firstCheck = (client: Client, { id }: ServerView) => client.triggerHealthCheck({ params: { id } })

/** Whether the target is what stands after the first `--`. */
function isDashed({ words }: Context, target: readonly string[]): boolean {
  const dashes = words.indexOf('--')
  return dashes >= 0 && words.length - dashes - 1 === target.length
}

async function bearerToken(
  context: Context,
  { bearer, bearerEnv }: Options,
  name: string,
): Promise<string | undefined> {
  if (bearerEnv === undefined) return bearer ? await secretFrom(context, `Bearer token for ${name}`) : undefined
  const token = context.env[bearerEnv]?.trim()
  if (token) return token
  throw new CliError(EXIT.usage, `The variable ${bearerEnv} is not set in this shell`)
}
