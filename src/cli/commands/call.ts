import type { Command } from 'commander'
import type { Client, ClientDeps } from '../../api/client.ts'
import type { ServerView } from '../../api/server-view.ts'
import { streamToolCall } from '../../api/tool-call-stream.ts'
import type { AnyObject } from '../../api/wire.ts'
import { closestTo } from '../../server/config/suggestion.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { textFrom, textIn } from '../input-text.ts'
import { withStatusLine } from '../progress-line.ts'
import { findServer } from '../server-lookup.ts'
import { paintFor } from '../text/paint.ts'
import { jsonText, oneLine } from '../text/printable.ts'
import { newsText, resultText, schemaText } from '../text/tool-result.ts'
import { argumentsFromJson, argumentsFromPairs } from '../tool-arguments.ts'

type Options = { readonly args?: string; readonly json?: true }

export function addCall(program: Command, context: Context): void {
  program
    .command('call')
    .argument('<server>', 'name or id')
    .argument('<tool>', 'as omni2 tools lists it')
    .argument('[key=value...]', 'arguments of the tool; key:=value for JSON')
    .description('Run one tool; ends with 2 when the tool reports an error')
    .option('--args <json>', 'all arguments as JSON; - reads standard input, @file a file')
    .option('--json', 'the answer as JSON')
    .addHelpText(
      'after',
      examples('omni2 call files read_file path=/tmp/a.txt', `omni2 call math add --args '{"a":1,"b":2}'`),
    )
    .action(async (name: string, tool: string, pairs: readonly string[], options: Options, command: Command) => {
      if (pairs.length > 0 && options.args !== undefined)
        throw new CliError(EXIT.usage, 'Give either key=value or --args')
      const { client, reach } = await connectionOf(context, command)
      const server = await findServer(client, name)
      const args =
        options.args === undefined
          ? argumentsFromPairs(pairs, pairs.length === 0 ? undefined : await inputSchema(client, server, tool))
          : argumentsFromJson(await writtenArguments(context, options.args))
      await call(context, reach, { server, tool, args, json: options.json ?? false })
    })
}

type Call = { readonly server: ServerView; readonly tool: string; readonly args: AnyObject; readonly json: boolean }

async function call(context: Context, reach: ClientDeps, { server, tool, args, json }: Call): Promise<void> {
  const { out, err, env, endWith } = context
  const paint = paintFor(err, env)
  const request = { params: { id: server.id, tool }, body: { arguments: args } }
  const answer = await withStatusLine(context, (draw) => streamToolCall(reach, request, (news) => draw(newsText(news))))
  const shown = answer.result === null ? undefined : resultText(answer.result)
  if (json) say(out, jsonText(answer))
  else if (shown) say(out, shown.text)
  if (shown?.isError) {
    endWith(EXIT.usage)
    if (!json) say(err, paint.bad('The tool reported an error.'))
  }
  if (answer.output_schema?.verdict === 'invalid' && !json) {
    say(err, paint.warn(schemaText(answer.output_schema)))
  }
  if (answer.rpc_error) {
    endWith(EXIT.usage)
    if (!json) say(err, paint.bad(`${oneLine(answer.rpc_error.message)} (JSON-RPC error ${answer.rpc_error.code})`))
  }
  if (answer.error) {
    endWith(EXIT.failed)
    const { message, code, next_action } = answer.error
    if (!json) say(err, `${paint.bad(oneLine(message))} (${code})\nNext: ${oneLine(next_action)}`)
  }
}

/** What arguments the tool takes, as last seen. @throws CliError for a tool that was not there. */
async function inputSchema(client: Client, server: ServerView, tool: string): Promise<unknown> {
  const { tools, seen_at } = await client.getCapabilities({ params: { id: server.id } })
  const found = tools.find(({ name }) => name === tool)
  if (found || seen_at === null) return found?.definition.inputSchema
  const closest = closestTo(
    tool,
    tools.map(({ name }) => name),
  )
  throw new CliError(EXIT.usage, `${server.name} has no tool ${oneLine(tool)}`, {
    hints: [closest === undefined ? `See them with: omni2 tools ${server.name}` : `Did you mean ${oneLine(closest)}?`],
  })
}

async function writtenArguments(context: Context, text: string): Promise<string> {
  if (text === '-') return await textFrom(context)
  return text.startsWith('@') ? await textIn(text.slice(1)) : text
}
