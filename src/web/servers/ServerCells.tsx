import { Link } from '@tanstack/react-router'
import type { ServerView } from '../../api/server-view.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { StatusMark } from '../ui/StatusMark.tsx'
import classes from './MCPTable.module.css'

type Props = { readonly server: ServerView }

export const NameCell = ({ server: { id, name } }: Props) => (
  <Link to="/mcps/$id" params={{ id }} className={classes.name} title={name}>
    {name}
  </Link>
)

export const StatusCell = ({ server: { health_status, since } }: Props) => (
  <span className={classes.status}>
    <StatusMark status={health_status} />
    <span className={classes.quiet}>
      <RelativeTime time={since} as="since" />
    </span>
  </span>
)

export const ReasonCell = ({ server: { reason, next_action } }: Props) => (
  <span title={next_action ?? undefined}>{reason ?? ''}</span>
)
