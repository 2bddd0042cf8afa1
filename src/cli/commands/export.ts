import type { Command } from 'commander'
import { connectionOf } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { examples } from '../examples.ts'
import { jsonText } from '../text/printable.ts'

export function addExport(program: Command, context: Context): void {
  program
    .command('export')
    .description('Print all servers as mcp.json, without secrets')
    .addHelpText('after', examples('omni2 export > mcp.json'))
    .action(async (_options: object, command: Command) => {
      const { client } = await connectionOf(context, command)
      say(context.out, jsonText(await client.exportServers()))
    })
}
