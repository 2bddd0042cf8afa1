import type { Command } from 'commander'
import { endpointPath } from '../../api/client-config.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { type EndpointOptions, endpointOf, withEndpoint } from '../endpoint-options.ts'
import { examples } from '../examples.ts'
import { oneLine } from '../text/printable.ts'

export function addConnect(program: Command, context: Context): void {
  withEndpoint(program.command('connect'))
    .description('Connect an agent that only starts processes: MCP over standard input and output')
    .addHelpText('after', examples('omni2 connect', 'omni2 connect --collection readers'))
    .action(async (options: EndpointOptions, command: Command) => {
      const { url, token } = await connectionOf(context, command)
      const { input, out, err, signal } = context
      // Loaded when needed: it brings the HTTP client along.
      const { connectAgent } = await import('../../server/connect-agent.ts')
      await connectAgent({
        url: `${url.replace(/\/$/, '')}${endpointPath(endpointOf(options))}`,
        ...{ token, input, out, signal },
        tell: (line) => say(err, `omni2 connect: ${oneLine(line)}`),
      })
    })
}
