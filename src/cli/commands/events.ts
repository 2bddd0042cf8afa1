import type { Command } from 'commander'
import { EVENT_TYPES, type EventView, STORED_EVENT_TYPES } from '../../api/events-view.ts'
import type { LiveMessage } from '../../api/live.ts'
import { type Connection, connectionOf } from '../connection.ts'
import { type Context, say } from '../context.ts'
import { examples } from '../examples.ts'
import { followLive } from '../live-feed.ts'
import { collectChoice, collectList, wholeNumber } from '../option-values.ts'
import { eventLine } from '../text/event-line.ts'
import { paintFor } from '../text/paint.ts'
import { jsonText } from '../text/printable.ts'

type EventType = EventView['event_type']

type Options = {
  readonly follow?: true
  readonly sinceSeq?: number
  readonly type?: readonly EventType[]
  readonly server?: readonly string[]
  readonly limit: number
  readonly json?: true
}

export function addEvents(program: Command, context: Context): void {
  program
    .command('events')
    .description('What happened, oldest first')
    .option('-f, --follow', 'go on live')
    .option('--since-seq <n>', 'only events after this one', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option('--type <type>', 'only these types', collectChoice(EVENT_TYPES))
    .option('--server <name>', 'only about these servers', collectList)
    .option('--limit <n>', 'without --since-seq: look back at most this far', wholeNumber(1, 100_000), 50)
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      examples('omni2 events --follow', 'omni2 events --type mcp_status_change --since-seq 800 --json'),
    )
    .action(async (options: Options, command: Command) => {
      const connection = await connectionOf(context, command)
      const from = options.sinceSeq ?? Math.max(0, (await newestSeq(context, connection)) - options.limit)
      const last = await printPast(context, connection, options, from)
      if (!options.follow) return
      await printLive(context, connection, options, last)
      context.signal.throwIfAborted()
    })
}

/** Where reading ended: the newest event seen, and the history it is of. */
type Place = { readonly sinceSeq: number; readonly epoch?: string }

/** Prints everything stored after `from`. */
async function printPast(context: Context, { client }: Connection, options: Options, from: number): Promise<Place> {
  const types = options.type?.filter((type) => STORED_EVENT_TYPES.some((stored) => stored === type))
  if (types?.length === 0) return { sinceSeq: from }
  let last = from
  for (let cursor: string | undefined; ; ) {
    const page = await client.listEvents({
      query: {
        since_seq: from,
        limit: 1_000,
        ...(types ? { event_type: types.join(',') } : {}),
        ...(options.server ? { mcp_name: options.server.join(',') } : {}),
        ...(cursor ? { cursor } : {}),
      },
    })
    for (const event of page.events) print(context, event, options)
    last = page.events.at(-1)?.seq ?? last
    if (page.next_cursor === null) return { sinceSeq: last, epoch: page.epoch }
    cursor = page.next_cursor
  }
}

async function printLive(context: Context, { url, token }: Connection, options: Options, from: Place): Promise<void> {
  const subscription = {
    action: 'subscribe',
    ...(options.type ? { event_types: options.type } : {}),
    ...(options.server ? { filters: { mcp_names: options.server } } : {}),
  }
  let { sinceSeq: last, epoch } = from
  const printed = new Set<number>()
  await followLive({
    url,
    token,
    ...from,
    signal: context.signal,
    onOpen: (send) => send(subscription),
    onLost: () => say(context.err, 'Connection lost, trying again.'),
    onMessage: (message) => {
      if ('epoch' in message && message.epoch !== epoch) {
        if (epoch !== undefined) say(context.err, 'Omni2 goes on from another database; events count anew.')
        ;({ seq: last, epoch } = message)
        printed.clear()
      }
      for (const event of eventsIn(message)) {
        // What was replayed before the subscription was in force may come unfiltered, or twice.
        const seq = 'seq' in event ? event.seq : undefined
        if ((seq !== undefined && (seq <= last || printed.has(seq))) || !isWanted(event, options)) continue
        if (seq !== undefined) printed.add(seq)
        print(context, event, options)
      }
    },
  })
}

function isWanted(event: EventView, { type, server }: Options): boolean {
  if (type && !type.includes(event.event_type)) return false
  return !server || ('mcp_name' in event.event_data && server.includes(event.event_data.mcp_name))
}

function eventsIn(message: LiveMessage): readonly EventView[] {
  if ('batch' in message) return message.batch
  return 'event_type' in message ? [message] : []
}

const print = ({ out, env }: Context, event: EventView, { json }: Options): void =>
  say(out, json ? jsonText(event, 0) : eventLine(event, paintFor(out, env)))

/** The newest event there is, as the live feed tells it on connecting. */
async function newestSeq(context: Context, { url, token }: Connection): Promise<number> {
  const heard = new AbortController()
  let newest = 0
  await followLive({
    url,
    token,
    signal: AbortSignal.any([heard.signal, context.signal]),
    onMessage: (message) => {
      if (!('seq' in message)) return
      newest = message.seq
      heard.abort()
    },
  })
  return newest
}
