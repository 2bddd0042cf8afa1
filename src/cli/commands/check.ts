import type { Command } from 'commander'
import { ApiError, type Client } from '../../api/client.ts'
import type { ServerView } from '../../api/server-view.ts'
import { eachAtOnce } from '../../server/each-at-once.ts'
import { checkFile } from '../check-file.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { collectList } from '../option-values.ts'
import { allServers, findServers } from '../server-lookup.ts'
import { answerText } from '../text/check-text.ts'
import { paintFor } from '../text/paint.ts'
import { jsonText, oneLine } from '../text/printable.ts'
import { problemLines } from '../text/problem-text.ts'

type Options = {
  readonly all?: true
  readonly json?: true
  readonly config?: string
  readonly select?: readonly string[]
}

/** Requests at a time; the server has caps of its own. */
const AT_ONCE = 16

export function addCheck(program: Command, context: Context): void {
  program
    .command('check')
    .argument('[server...]', 'names or ids')
    .description('Check servers now; ends with 1 unless every one is healthy')
    .option('--all', 'every server but those that people disabled')
    .option(
      '--config <file>',
      'the entries of an mcp.json (- reads standard input), without any Omni2; their commands are run here',
    )
    .option('--select <name>', 'with --config: only these entries', collectList)
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 check github files', 'omni2 check --all', 'omni2 check --config .mcp.json'))
    .action((names: readonly string[], options: Options, command: Command) => check(context, names, options, command))
}

async function check(context: Context, names: readonly string[], options: Options, command: Command): Promise<void> {
  const ways = [names.length > 0, options.all, options.config !== undefined].filter(Boolean).length
  if (ways !== 1) {
    throw new CliError(EXIT.usage, 'Say what to check: names, --all, or --config with a file', {
      hints: ['For example: omni2 check --all'],
    })
  }
  if (options.config !== undefined) return await checkFile(context, options.config, options)
  const { client } = await connectionOf(context, command)
  const servers = options.all ? (await allServers(client)).filter(isWanted) : await findServers(client, names)
  if (servers.length === 0) return say(context.err, 'No servers to check. Add one with: omni2 add <name> <url>')
  const paint = paintFor(context.out, context.env)
  const checks = await eachAtOnce(servers, AT_ONCE, async (server) => {
    const checked = await checkOne(client, server)
    if (!options.json) {
      const { answer } = checked
      const text = answer
        ? answerText(answer, paint)
        : [
            paint.bad(`✗ not checked  ${oneLine(server.name)}`),
            ...problemLines(checked.problem).map((line) => `  ${line}`),
          ].join('\n')
      say(context.out, text)
    }
    return checked
  })
  const healthy = checks.filter(isHealthy).length
  if (options.json) say(context.out, jsonText({ healthy, total: checks.length, checks }))
  else if (checks.length > 1) say(context.out, paint.quiet(`\n${healthy} of ${checks.length} healthy`))
  if (healthy < checks.length) context.endWith(EXIT.failed)
}

/** A server that people disabled is meant to be off; one that was disabled automatically is not. */
const isWanted = (server: ServerView): boolean => server.enabled || server.auto_disabled_at !== null

type Checked = Awaited<ReturnType<typeof checkOne>>

/** A refusal, such as too many checks of one server, is told beside the others. */
async function checkOne(client: Client, { id, name }: ServerView) {
  try {
    return { server_name: name, answer: await client.triggerHealthCheck({ params: { id } }) }
  } catch (error) {
    if (error instanceof ApiError && error.problem.status !== 401 && error.problem.status !== 403) {
      return { server_name: name, answer: undefined, problem: error.problem }
    }
    throw error
  }
}

const isHealthy = ({ answer }: Checked): boolean =>
  answer?.health_result.healthy === true && answer.health_status === 'healthy'
