import type { ServerView } from '../../api/server-view.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './OverviewTab.module.css'
import { Panel } from './Panel.tsx'

/** What a server is, and how it is checked. */
export const Facts = ({ server }: { server: ServerView }) => (
  <Panel title="Server" wide>
    <dl className={classes.facts}>
      {factsOf(server).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>Registered</dt>
        <dd>
          <RelativeTime time={server.created_at} />
        </dd>
      </div>
    </dl>
  </Panel>
)

const factsOf = (server: ServerView): readonly (readonly [string, string])[] => [
  ...(server.description ? ([['Description', server.description]] as const) : []),
  ['Transport', server.protocol],
  server.command === null ? ['URL', server.url ?? ''] : ['Command', [server.command, ...server.args].join(' ')],
  ['Credentials', server.auth_configured ? server.auth_type.replace('_', ' ') : 'none'],
  ['Protocol', server.protocol_version === null ? 'not known yet' : `MCP ${server.protocol_version}, ${server.era}`],
  ['Says it is', server.server_info ? `${server.server_info.name} ${server.server_info.version}` : 'not known yet'],
  ['Offers', offers(server)],
  ['Checked', `every ${server.check_interval_seconds} s, within ${server.timeout_seconds} s`],
  ['Calls end', `after ${server.call_timeout_seconds} s`],
  ...(server.gateway_process === 'per_session' ? ([['Agents', 'have a process each']] as const) : []),
  ['Arguments and results', server.record_payloads ? 'of calls are kept' : 'are not kept'],
]

function offers({ tool_count, prompt_count, resource_count }: ServerView): string {
  if (tool_count === null) return 'not known yet'
  return `${count(tool_count, 'tool')}, ${count(prompt_count ?? 0, 'prompt')}, ${count(resource_count ?? 0, 'resource')}`
}

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`
