import type { Command } from 'commander'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { type CommonOptions, commonDraft, withCommonOptions } from '../server-draft.ts'
import { findServer } from '../server-lookup.ts'
import { jsonText } from '../text/printable.ts'
import { serverTable } from '../text/server-table.ts'

type Options = CommonOptions & { readonly processPerSession?: boolean; readonly json?: true }

export function addEdit(program: Command, context: Context): void {
  withCommonOptions(program.command('edit'))
    .argument('<server>', 'name or id')
    .description('Change how a server is checked, and what is kept of its calls')
    .option('--no-record-payloads', 'keep them no longer')
    .option('--process-per-session', 'of a command: a process for each session of an agent, at most 16')
    .option('--no-process-per-session', 'one process for all again')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 edit github --record-payloads', 'omni2 edit github --interval 30'))
    .action(async (name: string, options: Options, command: Command) => {
      const body = changesOf(options)
      if (Object.keys(body).length === 0) {
        throw new CliError(EXIT.usage, 'Nothing to change', { hints: ['omni2 edit --help shows what can be.'] })
      }
      const { client } = await connectionOf(context, command)
      const { id } = await findServer(client, name)
      const server = await client.updateServer({ params: { id }, body })
      say(context.out, options.json ? jsonText(server) : serverTable([server], viewOf(context)))
    })
}

const changesOf = ({ processPerSession, ...common }: Options) => ({
  ...commonDraft(common),
  ...(processPerSession !== undefined && ({ gateway_process: processPerSession ? 'per_session' : 'shared' } as const)),
})
