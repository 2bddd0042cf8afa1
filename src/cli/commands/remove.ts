import type { Command } from 'commander'
import { askYes, canAsk } from '../ask.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { findServers } from '../server-lookup.ts'

export function addRemove(program: Command, context: Context): void {
  program
    .command('remove')
    .alias('rm')
    .argument('<server...>', 'names or ids')
    .description('Remove servers with their history')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('omni2 remove github --yes'))
    .action(async (names: readonly string[], options: { yes?: true }, command: Command) => {
      const { client } = await connectionOf(context, command)
      const servers = await findServers(client, names)
      const list = servers.map(({ name }) => name).join(', ')
      if (!options.yes) {
        if (!canAsk(context)) throw new CliError(EXIT.usage, `Add --yes to remove ${list}`)
        if (!(await askYes(context, `Remove ${list} and its history?`, false)))
          return say(context.err, 'Nothing was removed.')
      }
      for (const { id, name } of servers) {
        await client.deleteServer({ params: { id } })
        say(context.out, `Removed ${name}.`)
      }
    })
}
