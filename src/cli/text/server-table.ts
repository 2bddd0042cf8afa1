import type { ServerView } from '../../api/server-view.ts'
import { ago, latency, since, until } from '../../api/time-text.ts'
import type { View } from '../context.ts'
import { type Column, fitting, tableLines } from './columns.ts'
import { oneLine } from './printable.ts'
import { STATUSES, statusColour, statusText } from './status-mark.ts'
import { cut, wrap } from './width.ts'

/** Lines of one server: its row and, when something is to be said, why it is so and what to do. */
type Block = readonly string[]

/** Servers as a table: a title line, and one block for each server in the given order. */
export function serverBlocks(servers: readonly ServerView[], view: View): { title: string; blocks: readonly Block[] } {
  const columns = fitting(serverColumns(servers, view), servers, view.width)
  const [title = '', ...rows] = tableLines(columns, servers, view.paint)
  const badgesShown = columns.some((column) => column.title === 'BADGES')
  const blocks = servers.map((server, index) => [rows[index] ?? '', ...explanation(server, badgesShown, view)])
  return { title, blocks }
}

export function serverTable(servers: readonly ServerView[], view: View): string {
  if (servers.length === 0) return ''
  const { title, blocks } = serverBlocks(servers, view)
  return [title, ...blocks.flat()].join('\n')
}

/** How many servers there are in which state, such as `5 servers: 4 healthy, 1 disconnected`. */
export function serverSummary(servers: readonly ServerView[]): string {
  const counts = STATUSES.map((status) => ({
    status,
    count: servers.filter((server) => server.health_status === status).length,
  })).filter(({ count }) => count > 0)
  const noun = servers.length === 1 ? 'server' : 'servers'
  return `${servers.length} ${noun}: ${counts.map(({ status, count }) => `${count} ${status}`).join(', ')}`
}

/** When this server is looked at next; an open circuit waits for its retry. */
function nextLook({ circuit, next_check_at }: ServerView, now: number): string {
  if (circuit.state === 'open' && circuit.retry_at !== null) return `retry ${until(circuit.retry_at, now)}`
  return until(next_check_at, now)
}

function serverColumns(servers: readonly ServerView[], { paint, width, now }: View): readonly Column<ServerView>[] {
  const badges: Column<ServerView> = {
    title: 'BADGES',
    cell: (server) => ({
      text: server.badges.join(' ') || '-',
      paint: server.badges.length ? paint.warn : paint.quiet,
    }),
    expendable: 3,
  }
  return [
    { title: 'NAME', cell: ({ name }) => ({ text: cut(oneLine(name), nameWidth(width)), paint: paint.strong }) },
    {
      title: 'STATUS',
      cell: ({ health_status: status }) => ({ text: statusText(status), paint: statusColour(status, paint) }),
    },
    ...(servers.some((server) => server.badges.length > 0) ? [badges] : []),
    { title: 'SINCE', cell: (server) => ({ text: since(server.since, now) }), align: 'right', expendable: 2 },
    {
      title: 'LATENCY',
      // Of the last success, which says nothing of one that is down.
      cell: ({ health_status, response_time_ms }) => ({
        text: latency(health_status === 'healthy' ? response_time_ms : null),
      }),
      align: 'right',
      expendable: 4,
    },
    { title: 'TOOLS', cell: ({ tool_count }) => ({ text: String(tool_count ?? '-') }), align: 'right', expendable: 5 },
    { title: 'CHECKED', cell: (server) => ({ text: ago(server.last_health_check, now) }), expendable: 6 },
    { title: 'NEXT', cell: (server) => ({ text: nextLook(server, now) }), expendable: 1 },
  ]
}

/** A name may take what the status leaves of a narrow terminal. */
const nameWidth = (width: number): number => Math.max(6, Math.min(48, width - 17))

function explanation(server: ServerView, badgesShown: boolean, { paint, width }: View): readonly string[] {
  const badges = badgesShown || server.badges.length === 0 ? '' : `[${server.badges.join(' ')}] `
  const reason = isWorthTelling(server) ? oneLine(server.reason ?? '') : ''
  const advice = reason !== '' && server.next_action ? `Next: ${oneLine(server.next_action)}` : ''
  const room = Math.max(16, width - 2)
  return [`${badges}${reason}`.trim(), advice]
    .filter((text) => text !== '')
    .flatMap((text) => wrap(text, room))
    .map((line) => `  ${paint.quiet(line)}`)
}

/** A server that is well, or that somebody switched off, needs no words. */
const isWorthTelling = ({ health_status, badges, reason_code }: ServerView): boolean =>
  (health_status !== 'healthy' || badges.length > 0) && reason_code !== 'user_disabled'
