import type { Command } from 'commander'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { findServer } from '../server-lookup.ts'
import { capabilityChangeLines } from '../text/capability-change-lines.ts'
import { jsonText } from '../text/printable.ts'
import { toolList } from '../text/tool-list.ts'

export function addTools(program: Command, context: Context): void {
  program
    .command('tools')
    .argument('<server>', 'name or id')
    .description('List the tools of a server with their arguments, as last seen')
    .option('--changes', 'what changed in what it offers instead, the newest first')
    .option('--json', 'everything the server told, as JSON')
    .addHelpText('after', examples('omni2 tools github', 'omni2 tools github --changes'))
    .action(async (name: string, options: { changes?: true; json?: true }, command: Command) => {
      const { client } = await connectionOf(context, command)
      const server = await findServer(client, name)
      if (options.changes) {
        const { changes } = await client.listCapabilityChanges({ params: { id: server.id } })
        if (options.json) return say(context.out, jsonText(changes))
        if (changes.length === 0) return say(context.err, `Nothing changed in what ${server.name} offers.`)
        return say(context.out, capabilityChangeLines(changes, viewOf(context).paint))
      }
      const capabilities = await client.getCapabilities({ params: { id: server.id } })
      say(context.out, options.json ? jsonText(capabilities) : toolList(server.name, capabilities, viewOf(context)))
    })
}
