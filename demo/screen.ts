import type { ServerView } from '../src/api/server-view.ts'
import type { Paint } from '../src/cli/text/paint.ts'
import { serverSummary, serverTable } from '../src/cli/text/server-table.ts'
import { LOGIN_TOKEN, type Member } from './fleet.ts'

type Screen = {
  readonly url: string
  readonly adminToken: string
  /** Opens the dashboard once, signed in. */
  readonly signInLink: string | undefined
  readonly members: readonly Member[]
  readonly servers: readonly ServerView[]
  /** From registering the fleet until all of it was right. */
  readonly seconds: number
  readonly paint: Paint
  readonly width: number
  readonly now: number
  /** Whether the demo goes on until a person ends it. */
  readonly stays: boolean
}

/** Everything a newcomer needs, on one screen. */
export function screen(view: Screen): string {
  const { servers, paint, seconds, stays } = view
  return `
${paint.strong('Omni2')} watches MCP servers and says what is true of each.
These are real servers on this machine, some of them broken on purpose; each was checked the way a client would use it.

${serverTable(servers, view)}

${paint.good(`${serverSummary(servers)}. All of it known ${seconds.toFixed(1)} s after the first was registered.`)}
${stays ? `\n${invitation(view)}\n` : ''}`
}

function invitation({ url, adminToken, signInLink, members, servers, paint }: Screen): string {
  const idOf = (name: string) => servers.find((server) => server.name === name)?.id ?? 0
  const victim = members.find(({ process }) => process)?.process
  const auth = '-H "Authorization: Bearer $OMNI2_TOKEN"'
  const token = JSON.stringify({ auth_type: 'bearer', auth_config: { token: LOGIN_TOKEN } })
  const step = (title: string, ...lines: readonly string[]) =>
    [paint.strong(title), ...lines.map((line) => `  ${line}`)].join('\n')
  return [
    step('The dashboard', signInLink ?? `${url}  (sign in with the token below)`),
    step('Agents connect, with the token below, to', `${url}/mcp`),
    step(
      'In another terminal, in this folder',
      `export OMNI2_URL=${url} OMNI2_TOKEN=${adminToken}`,
      'npx omni2 list --watch',
      ...(victim ? [`kill -9 ${victim.pid}  # ${victim.name}: ${CONSEQUENCE}`] : []),
      'npx omni2 check dead-port  # now, stage by stage',
      `curl -s ${auth} $OMNI2_URL/api/v1/mcp/servers`,
      `curl -s -X PATCH ${auth} -H 'content-type: application/json' \\`,
      `  -d '${token}' $OMNI2_URL/api/v1/mcp/servers/${idOf('needs-login')}  # let it in`,
      'npx omni2 events --follow  # every event as it happens, over the WebSocket',
    ),
    paint.quiet('Ctrl+C ends the demo and everything it started.'),
  ].join('\n')
}

/** How long a server that was killed stays away: long enough to be seen down. */
export const REVIVE_SECONDS = 30
const CONSEQUENCE = `suspect in 5 s, disconnected in 15 s, started again in ${REVIVE_SECONDS} s, healthy in 60 s`
