import type { Command } from 'commander'
import { type Client, send } from '../../api/client.ts'
import { EXPORT_FORMATS, type HealthLogView } from '../../api/log-view.ts'
import { ROUTES } from '../../api/routes.ts'
import type { ServerView } from '../../api/server-view.ts'
import { type Connection, connectionOf } from '../connection.ts'
import { type Context, say, viewOf } from '../context.ts'
import { examples } from '../examples.ts'
import { followLive } from '../live-feed.ts'
import { collectChoice, oneOf, wholeNumber } from '../option-values.ts'
import { findServer } from '../server-lookup.ts'
import { logTable } from '../text/log-table.ts'
import { jsonText, manyLines } from '../text/printable.ts'
import { STATUSES, type Status } from '../text/status-mark.ts'

type Options = {
  readonly limit: number
  readonly status?: readonly Status[]
  readonly follow?: true
  readonly stderr?: true
  readonly export?: (typeof EXPORT_FORMATS)[number]
  readonly json?: true
}

type Printed = Pick<HealthLogView, 'id' | 'count'>

export function addLogs(program: Command, context: Context): void {
  program
    .command('logs')
    .argument('<server>', 'name or id')
    .description('Checks of a server, the newest last')
    .option('-n, --limit <n>', 'at most this many', wholeNumber(1, 1_000), 20)
    .option('--status <status>', 'only checks that ended so', collectChoice(STATUSES))
    .option('-f, --follow', 'go on with new checks')
    .option('--export <format>', 'all of them as a file on standard output: json or csv', oneOf(EXPORT_FORMATS))
    .option('--stderr', 'what a stdio server wrote to stderr instead')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        'omni2 logs github --status unhealthy,disconnected',
        'omni2 logs files --stderr',
        'omni2 logs github --export csv > log.csv',
      ),
    )
    .action(async (name: string, options: Options, command: Command) => {
      const connection = await connectionOf(context, command)
      const server = await findServer(connection.client, name)
      if (options.stderr) return await printStderr(context, connection.client, server)
      if (options.export) return await exportLogs(context, connection, server, options.export, options.status)
      const last = await printLogs(context, connection.client, server, options, undefined)
      if (!options.follow) return
      await follow(context, connection, server, options, last)
      context.signal.throwIfAborted()
    })
}

/** Prints what is newer than `after`, also a run that went on; answers the newest. */
async function printLogs(
  context: Context,
  client: Client,
  { id }: ServerView,
  { limit, status, json }: Options,
  after: Printed | undefined,
): Promise<Printed | undefined> {
  const query = { limit, ...(status ? { status: status.join(',') } : {}) }
  const { logs } = await client.listHealthLogs({ params: { id }, query })
  const fresh = logs.filter((log) => isNewer(log, after)).reverse()
  if (json) for (const log of fresh) say(context.out, jsonText(log, 0))
  else say(context.out, table(fresh, context, after !== undefined))
  if (fresh.length === 0 && !after) say(context.err, 'No such checks yet.')
  return fresh.at(-1) ?? after
}

const isNewer = ({ id, count }: HealthLogView, after: Printed | undefined): boolean =>
  after === undefined || id > after.id || (id === after.id && count > after.count)

/** Titles once are enough. */
function table(logs: readonly HealthLogView[], context: Context, untitled: boolean): string {
  const text = logTable(logs, viewOf(context))
  return untitled ? text.slice(text.indexOf('\n') + 1) : text
}

async function follow(
  context: Context,
  { url, token, client }: Connection,
  server: ServerView,
  options: Options,
  last: Printed | undefined,
) {
  let newest = last
  let printing: Promise<void> = Promise.resolve()
  const stop = new AbortController()
  let failure: unknown
  await followLive({
    url,
    token,
    signal: AbortSignal.any([context.signal, stop.signal]),
    onOpen: (send) =>
      send({ action: 'subscribe', event_types: ['mcp_health_check'], filters: { mcp_names: [server.name] } }),
    onMessage: (message) => {
      if (!('event_type' in message) || message.event_type !== 'mcp_health_check') return
      printing = printing
        .then(async () => {
          newest = await printLogs(context, client, server, options, newest)
        })
        .catch((error: unknown) => {
          failure ??= error
          stop.abort()
        })
    },
  })
  await printing
  if (failure && !context.signal.aborted) throw failure
}

/** Newest first, as it comes. */
async function exportLogs(
  { out }: Context,
  { reach }: Connection,
  { id }: ServerView,
  format: NonNullable<Options['export']>,
  status: Options['status'],
): Promise<void> {
  const query = { format, ...(status ? { status: status.join(',') } : {}) }
  const { body } = await send(reach, ROUTES.exportHealthLogs, { params: { id }, query }, '*/*')
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) out.write(part)
}

async function printStderr({ out, err }: Context, client: Client, { id, name, protocol }: ServerView): Promise<void> {
  const { stderr } = await client.getStderr({ params: { id } })
  if (stderr !== null && stderr !== '') return say(out, manyLines(stderr).trimEnd())
  say(
    err,
    protocol === 'stdio' ? `${name} wrote nothing to stderr.` : `${name} is no stdio server: it has no stderr here.`,
  )
}
