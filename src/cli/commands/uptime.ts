import type { Command } from 'commander'
import { Period, type PeriodView } from '../../api/uptime.ts'
import { connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { oneOf } from '../option-values.ts'
import { allServers, findServer } from '../server-lookup.ts'
import { jsonText } from '../text/printable.ts'
import { bar, periodTable, uptimeTable } from '../text/uptime-table.ts'

type Options = { readonly period: PeriodView['period']; readonly json?: true }

export function addUptime(program: Command, context: Context): void {
  program
    .command('uptime')
    .argument('[server]', 'name or id; all of them without')
    .description('How available servers were: share of known time, outages, response times')
    .option('--period <period>', 'to draw, and to sort by: 24h, 7d, 30d, 90d', oneOf(Period.options), '24h')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('omni2 uptime', 'omni2 uptime github --period 30d'))
    .action(async (name: string | undefined, options: Options, command: Command) => {
      const { client } = await connectionOf(context, command)
      const view = viewOf(context)
      if (name === undefined) {
        const servers = await allServers(client, { include: 'uptime,heartbeats' })
        if (options.json) {
          const shown = servers.map(({ id, name: called, uptime }) => ({ id, name: called, uptime }))
          return say(context.out, jsonText({ servers: shown }))
        }
        if (servers.length === 0) return say(context.err, 'No servers yet. Add one with: omni2 add <name> <url>')
        return say(context.out, uptimeTable(servers, options.period, view))
      }
      const { id } = await findServer(client, name)
      const uptime = await client.getUptime({ params: { id }, query: { period: options.period } })
      if (options.json) return say(context.out, jsonText(uptime))
      say(context.out, periodTable(uptime.periods, view))
      say(context.out, `\n${bar(uptime.heartbeats)}  ${view.paint.quiet(`last ${options.period}`)}`)
    })
}
