import type { Command } from 'commander'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { findServer } from '../server-lookup.ts'
import { breakerText } from '../text/breaker-text.ts'
import { jsonText } from '../text/printable.ts'

type Options = { readonly reset?: true; readonly json?: true }

export function addBreaker(program: Command, context: Context): void {
  program
    .command('breaker')
    .argument('<server>', 'name or id')
    .description('Show the circuit breaker of a server, or close it now')
    .option('--reset', 'close it now and check at once')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 breaker github --reset'))
    .action(async (name: string, options: Options, command: Command) => {
      const { client } = await connectionOf(context, command)
      const { id } = await findServer(client, name)
      const request = { params: { id } }
      const breaker = options.reset ? await client.resetBreaker(request) : await client.getBreaker(request)
      const { paint, now } = viewOf(context)
      say(context.out, options.json ? jsonText(breaker) : breakerText(breaker, paint, now))
    })
}
