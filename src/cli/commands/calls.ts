import type { Command } from 'commander'
import { CALL_ERRORS, type CallView } from '../../api/calls.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { followLive } from '../live-feed.ts'
import { wholeNumber } from '../option-values.ts'
import { findServer } from '../server-lookup.ts'
import { callStory } from '../text/call-story.ts'
import { callSummaryTable, callTable } from '../text/call-table.ts'
import { jsonText } from '../text/printable.ts'

type Options = {
  readonly server?: string
  readonly tool?: string
  readonly errors?: true
  readonly summary?: true
  readonly follow?: true
  readonly limit: number
  readonly json?: true
}

export function addCalls(program: Command, context: Context): void {
  program
    .command('calls')
    .argument('[id]', 'one call, to see it from end to end', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .description('What agents called through the gateway, the newest last')
    .option('--server <name>', 'only of this server')
    .option('--tool <name>', 'only of this tool, prompt or resource')
    .option('--errors', 'only those that failed or were refused')
    .option('--summary', 'how many, how many failed and how fast, in the last hour')
    .option('-f, --follow', 'go on live')
    .option('-n, --limit <n>', 'at most this many', wholeNumber(1, 1_000), 20)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        'omni2 calls --follow',
        'omni2 calls --errors --server github',
        'omni2 calls --summary',
        'omni2 calls 1042',
      ),
    )
    .action(async (callId: number | undefined, options: Options, command: Command) => {
      const { url, token, client } = await connectionOf(context, command)
      if (callId !== undefined) {
        const call = await client.getCall({ params: { id: callId } })
        return say(context.out, options.json ? jsonText(call) : callStory(call, viewOf(context)))
      }
      const id = options.server === undefined ? undefined : (await findServer(client, options.server)).id
      const filter = {
        ...(id === undefined ? {} : { server_id: String(id) }),
        ...(options.tool === undefined ? {} : { target: options.tool }),
        ...(options.errors ? { outcome: CALL_ERRORS.join(',') } : {}),
      }
      if (options.summary) {
        const summary = await client.getCallSummary({ query: filter })
        if (options.json) return say(context.out, jsonText(summary))
        if (summary.total.calls === 0) return say(context.err, 'No calls in the last hour.')
        return say(context.out, callSummaryTable(summary, viewOf(context)))
      }
      const { calls } = await client.listCalls({ query: { ...filter, limit: options.limit } })
      if (calls.length === 0 && !options.follow) say(context.err, 'No such calls yet.')
      print(context, calls.toReversed(), options)
      if (!options.follow) return
      let last = calls[0]?.id ?? 0
      await followLive({
        ...{ url, token, signal: context.signal, follow: 'calls' },
        onMessage: (message) => {
          if (!('type' in message) || message.type !== 'calls') return
          const news = message.calls.filter((call) => call.id > last && isWanted(call, options, id))
          last = Math.max(last, ...message.calls.map((call) => call.id))
          print(context, news, options)
        },
      })
      context.signal.throwIfAborted()
    })
}

const isWanted = (call: CallView, { tool, errors }: Options, id: number | undefined): boolean =>
  (id === undefined || call.server_id === id) &&
  (tool === undefined || call.target === tool) &&
  (!errors || CALL_ERRORS.includes(call.outcome))

function print(context: Context, calls: readonly CallView[], { json }: Options): void {
  if (calls.length === 0) return
  if (json) for (const call of calls) say(context.out, jsonText(call, 0))
  else say(context.out, callTable(calls, viewOf(context)))
}
