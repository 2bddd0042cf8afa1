import { EVENT_TYPES } from '../api/events-view.ts'
import type { LiveMessage } from '../api/live.ts'
import type { Connection } from './connection.ts'
import { type Context, say, viewOf } from './context.ts'
import { changedServers, type Fleet, nextFleet, withView } from './fleet-view.ts'
import { followLive } from './live-feed.ts'
import { Screen } from './screen.ts'
import { eventLine } from './text/event-line.ts'
import { jsonText } from './text/printable.ts'
import { serverTable } from './text/server-table.ts'
import type { Status } from './text/status-mark.ts'
import { watchFrame } from './text/watch-frame.ts'

type Options = { readonly status: readonly Status[] | undefined; readonly json: true | undefined }

/** All that changes a server's line. */
const SUBSCRIPTION = EVENT_TYPES.filter((type) => type !== 'mcp_common_cause' && type !== 'collection_changed')
/** Servers read again in one second at most. */
const REREADS = 20
/** A storm of events is drawn at most this often. */
const REDRAW_MS = 100

/** Shows the servers until the signal: in place on a terminal, else the table once and then an event a line. */
export async function watchServers(context: Context, connection: Connection, options: Options): Promise<void> {
  const { out, signal } = context
  const { url, token } = connection
  if (options.json || !out.isTTY) {
    const onMessage = (message: LiveMessage) => printChange(context, message, options)
    return await followLive({ url, token, signal, onMessage })
  }
  const watch = new ServerWatch(context, connection, options)
  try {
    await followLive({
      url,
      token,
      signal,
      wholeState: true,
      onMessage: (message) => watch.hear(message),
      onOpen: (send) => {
        watch.connected(true)
        send({ action: 'subscribe', event_types: SUBSCRIPTION })
      },
      onLost: () => watch.connected(false),
    })
  } finally {
    watch.close()
  }
}

function printChange(context: Context, message: LiveMessage, { status, json }: Options): void {
  const view = viewOf(context)
  const text = () => {
    if (json) return 'event_type' in message || 'servers' in message ? jsonText(message, 0) : ''
    if ('event_type' in message) return eventLine(message, view.paint)
    if (!('servers' in message)) return ''
    return serverTable(
      message.servers.filter((server) => status?.includes(server.health_status) ?? true),
      view,
    )
  }
  say(context.out, text())
}

/** The fleet on a screen of its own. */
class ServerWatch {
  readonly #context: Context
  readonly #connection: Connection
  readonly #options: Options
  readonly #screen: Screen
  readonly #ticking: NodeJS.Timeout
  readonly #changed = new Set<number>()
  readonly #draw = () => this.#redraw()
  #drawing: NodeJS.Timeout | undefined
  #fleet: Fleet = new Map()
  /** Undefined until the first connection stands: there is nothing to show before. */
  #connected: boolean | undefined

  constructor(context: Context, connection: Connection, options: Options) {
    this.#context = context
    this.#connection = connection
    this.#options = options
    this.#screen = new Screen(context.out)
    this.#ticking = setInterval(() => {
      this.#reread()
      this.#redraw()
    }, 1_000)
    context.out.on('resize', this.#draw)
  }

  hear(message: LiveMessage): void {
    this.#fleet = nextFleet(this.#fleet, message)
    for (const id of changedServers(message)) this.#changed.add(id)
    this.#drawing ??= setTimeout(this.#draw, REDRAW_MS)
  }

  connected(connected: boolean): void {
    this.#connected = connected
    if (!connected) this.#redraw()
  }

  /** Leaves the last state on the normal screen. */
  close(): void {
    clearInterval(this.#ticking)
    clearTimeout(this.#drawing)
    this.#context.out.off('resize', this.#draw)
    this.#screen.close()
    const lines = watchFrame(this.#servers(), '', Number.POSITIVE_INFINITY, viewOf(this.#context))
    if (this.#fleet.size > 0) say(this.#context.out, lines.join('\n'))
  }

  #servers() {
    const { status } = this.#options
    return [...this.#fleet.values()].filter((server) => status?.includes(server.health_status) ?? true)
  }

  #redraw(): void {
    clearTimeout(this.#drawing)
    this.#drawing = undefined
    if (this.#connected === undefined) return
    const note = this.#connected ? '(live, Ctrl+C ends)' : '(connection lost, trying again)'
    this.#screen.draw(watchFrame(this.#servers(), note, this.#context.out.rows ?? 24, viewOf(this.#context)))
  }

  /** What events do not tell, such as the next action. A failure is made up for by the next event or connection. */
  #reread(): void {
    const ids = [...this.#changed].slice(0, REREADS)
    for (const id of ids) {
      this.#changed.delete(id)
      this.#connection.client.getServer({ params: { id } }).then(
        (server) => {
          this.#fleet = withView(this.#fleet, server)
        },
        () => this.#connected && this.#fleet.has(id) && this.#changed.add(id),
      )
    }
  }
}
