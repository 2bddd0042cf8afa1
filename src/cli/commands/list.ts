import type { Command } from 'commander'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { collectChoice } from '../option-values.ts'
import { allServers } from '../server-lookup.ts'
import { jsonText, oneLine } from '../text/printable.ts'
import { serverSummary, serverTable } from '../text/server-table.ts'
import { STATUSES, type Status } from '../text/status-mark.ts'
import { watchServers } from '../watch-servers.ts'

type Options = {
  readonly status?: readonly Status[]
  readonly json?: true
  readonly watch?: true
  readonly quiet?: true
}

export function addList(program: Command, context: Context): void {
  program
    .command('list')
    .alias('ls')
    .description('List servers with their status')
    .option('--status <status>', 'only these, such as unhealthy,disconnected', collectChoice(STATUSES))
    .option('--watch', 'live, redrawn in place')
    .option('--json', 'as JSON; with --watch one event a line')
    .option('-q, --quiet', 'names only')
    .addHelpText('after', examples('omni2 list', 'omni2 list --watch --status unhealthy,disconnected,circuit_open'))
    .action((options: Options, command: Command) => list(context, options, command))
}

async function list(context: Context, options: Options, command: Command): Promise<void> {
  const { out, err } = context
  const connection = await connectionOf(context, command)
  if (options.watch) {
    await watchServers(context, connection, { status: options.status, json: options.json })
    context.signal.throwIfAborted()
    return
  }
  const filter = options.status ? { status: options.status.join(',') } : {}
  const servers = await allServers(connection.client, filter)
  if (options.json) return say(out, jsonText({ servers }))
  if (options.quiet) return say(out, servers.map(({ name }) => oneLine(name)).join('\n'))
  if (servers.length === 0) {
    return say(
      err,
      options.status ? 'No server has this status.' : 'No servers yet. Add one with: omni2 add <name> <url>',
    )
  }
  const view = viewOf(context)
  say(out, serverTable(servers, view))
  say(out, `\n${view.paint.quiet(serverSummary(servers))}`)
}
