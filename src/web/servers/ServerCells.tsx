import { share } from '../../api/ratio-text.ts'
import type { ServerView } from '../../api/server-view.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { StatusMark } from '../ui/StatusMark.tsx'
import classes from './MCPTable.module.css'

type Props = { readonly server: ServerView }

export const NameCell = ({ server: { id, name, description } }: Props) => (
  <>
    {/* A plain link, which the table leads on: the router's own is most of the cost of a row. */}
    <a href={`/mcps/${id}`} className={classes.name} title={name}>
      {name}
    </a>
    <div className={classes.second} title={description}>
      {description}
    </div>
  </>
)

export const StatusCell = ({ server: { health_status, since, badges } }: Props) => (
  <>
    <div className={classes.status}>
      <StatusMark status={health_status} />
      <span className={classes.quiet}>
        <RelativeTime time={since} as="since" />
      </span>
    </div>
    {badges.length > 0 && (
      <div className={classes.second}>
        {badges.map((badge) => (
          <span key={badge} className={classes.badge}>
            {badge.replace('_', ' ')}
          </span>
        ))}
      </div>
    )}
  </>
)

export const ReasonCell = ({ server: { reason, next_action } }: Props) => (
  <>
    <div className={classes.first} title={reason ?? undefined}>
      {reason}
    </div>
    <div className={classes.second} title={next_action ?? undefined}>
      {next_action}
    </div>
  </>
)

const ERA_WORDS = { modern: 'modern', legacy: 'legacy' } as const
const PROTOCOL_WORDS = { 'http-streamable': 'HTTP', sse: 'SSE', stdio: 'stdio' } as const

export const ProtocolCell = ({ server: { protocol, era, protocol_version } }: Props) => (
  <>
    <div>
      {PROTOCOL_WORDS[protocol]}
      {era && `, ${ERA_WORDS[era]}`}
    </div>
    <div className={classes.second}>{protocol_version}</div>
  </>
)

export const ToolsCell = ({ server: { tool_count, prompt_count, resource_count } }: Props) => {
  const rest = [prompt_count && `${prompt_count} pr.`, resource_count && `${resource_count} res.`].filter(Boolean)
  const whole = `${tool_count ?? 0} tools, ${prompt_count ?? 0} prompts, ${resource_count ?? 0} resources`
  return (
    <div title={tool_count === null ? 'Not seen yet' : whole}>
      {tool_count ?? '-'}
      <div className={classes.second}>{rest.join(', ')}</div>
    </div>
  )
}

export const TrafficCell = ({ server: { traffic } }: Props) => (
  <>
    <div title="Calls of agents in the last 5 minutes">{traffic ? traffic.per_minute.toFixed(1) : '-'}</div>
    <div className={classes.second} data-failing={(traffic?.error_ratio ?? 0) > 0 || undefined}>
      {traffic?.error_ratio != null && `${share(traffic.error_ratio)} errors`}
    </div>
  </>
)

export const CheckedCell = ({ server: { last_health_check, next_check_at, circuit } }: Props) => (
  <>
    <RelativeTime time={last_health_check} />
    <div className={classes.second}>
      next <RelativeTime time={next_check_at ?? circuit.retry_at} as="until" />
    </div>
  </>
)
