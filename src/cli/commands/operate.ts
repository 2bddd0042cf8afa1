import type { Command } from 'commander'
import type { Client } from '../../api/client.ts'
import type { ServerView } from '../../api/server-view.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { EXIT } from '../exit-code.ts'
import { findServer, findServers } from '../server-lookup.ts'
import { answerText } from '../text/check-text.ts'
import { jsonText } from '../text/printable.ts'
import { serverTable } from '../text/server-table.ts'

/** enable, disable and reload: what operators do to a server without changing its configuration. */
export function addOperate(program: Command, context: Context): void {
  const enable = (client: Client, { id }: ServerView) => client.enableServer({ params: { id } })
  const disable = (client: Client, { id }: ServerView) => client.disableServer({ params: { id } })
  addSwitch(program, context, 'enable', 'Enable servers, reset their breakers and check them', enable)
  addSwitch(program, context, 'disable', 'Disable servers: no checks, no calls', disable)
  addReload(program, context)
}

type Switch = (client: Client, server: ServerView) => Promise<ServerView>

function addSwitch(program: Command, context: Context, name: string, about: string, turn: Switch): void {
  program
    .command(name)
    .argument('<server...>', 'names or ids')
    .description(about)
    .option('--json', 'as JSON')
    .addHelpText('after', examples(`omni2 ${name} github`))
    .action(async (names: readonly string[], options: { json?: true }, command: Command) => {
      const { client } = await connectionOf(context, command)
      const servers: ServerView[] = []
      for (const server of await findServers(client, names)) servers.push(await turn(client, server))
      say(context.out, options.json ? jsonText({ servers }) : serverTable(servers, viewOf(context)))
    })
}

function addReload(program: Command, context: Context): void {
  program
    .command('reload')
    .argument('<server>', 'name or id')
    .description('Drop the connection of a server, connect again and list its tools anew')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 reload github'))
    .action(async (name: string, options: { json?: true }, command: Command) => {
      const { client } = await connectionOf(context, command)
      const { id } = await findServer(client, name)
      const answer = await client.reloadServer({ params: { id } })
      say(context.out, options.json ? jsonText(answer) : answerText(answer, viewOf(context).paint))
      if (!answer.health_result.healthy) context.endWith(EXIT.failed)
    })
}
