import type { Command } from 'commander'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { wholeNumber } from '../option-values.ts'
import { findServer } from '../server-lookup.ts'
import { incidentTable } from '../text/incident-table.ts'
import { jsonText } from '../text/printable.ts'

type Options = { readonly open?: true; readonly limit: number; readonly json?: true }

export function addIncidents(program: Command, context: Context): void {
  program
    .command('incidents')
    .argument('[server]', 'name or id; all of them without')
    .description('Outages with their cause and what ended them; those that go on first')
    .option('--open', 'only those that go on')
    .option('-n, --limit <n>', 'at most this many', wholeNumber(1, 1_000), 20)
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 incidents --open', 'omni2 incidents github -n 5'))
    .action(async (name: string | undefined, { open, limit, json }: Options, command: Command) => {
      const { client } = await connectionOf(context, command)
      const query = { limit, ...(open ? { open } : {}) }
      const { incidents } =
        name === undefined
          ? await client.listIncidents({ query })
          : await client.listServerIncidents({ params: { id: (await findServer(client, name)).id }, query })
      if (json) return say(context.out, jsonText({ incidents }))
      if (incidents.length === 0) return say(context.err, open ? 'Nothing is down.' : 'No incidents.')
      say(context.out, incidentTable(incidents, viewOf(context)))
    })
}
