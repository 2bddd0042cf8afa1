import type { Command } from 'commander'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { EXIT } from '../exit-code.ts'
import { allServers } from '../server-lookup.ts'
import { jsonText, oneLine } from '../text/printable.ts'
import { serverSummary, serverTable } from '../text/server-table.ts'

export function addStatus(program: Command, context: Context): void {
  program
    .command('status')
    .description('Where Omni2 is, who you are there, and which servers are in trouble')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 status'))
    .action(async (options: { json?: true }, command: Command) => {
      const { url, client } = await connectionOf(context, command)
      const session = await client.getSession()
      const servers = await allServers(client)
      const troubled = servers.filter(({ health_status }) => !QUIET.includes(health_status))
      if (troubled.length > 0) context.endWith(EXIT.failed)
      if (options.json) return say(context.out, jsonText({ url, session, servers: servers.length, troubled }))
      const view = viewOf(context)
      say(context.out, `Omni2 at ${url}, signed in as ${oneLine(session.name)} (${session.role})`)
      say(context.out, servers.length === 0 ? 'No servers yet.' : serverSummary(servers))
      if (troubled.length > 0) say(context.out, `\n${serverTable(troubled, view)}`)
    })
}

/** Nothing to do about these: they are well, meant to be off, or about to be checked. */
const QUIET: readonly string[] = ['healthy', 'disabled', 'unknown']
