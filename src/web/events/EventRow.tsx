import { Link } from '@tanstack/react-router'
import type { StoredEventView } from '../../api/events-view.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './EventsPage.module.css'
import { eventText } from './event-text.ts'

/** One event: when, how severe, about whom, what. */
export const EventRow = ({ event }: { event: StoredEventView }) => (
  <li className={classes.event}>
    <span className={classes.quiet}>
      <RelativeTime time={event.timestamp} />
    </span>
    <span className={classes.severity} data-severity={event.event_data.severity}>
      {event.event_data.severity}
    </span>
    <span className={classes.who}>
      <Subject event={event} />
    </span>
    <span>{eventText(event)}</span>
  </li>
)

function Subject({ event: { event_data } }: { event: StoredEventView }) {
  if ('collection_name' in event_data) return event_data.collection_name
  if (!('mcp_name' in event_data)) return 'all servers'
  return (
    <Link to="/mcps/$id" params={{ id: event_data.server_id }} className={classes.name}>
      {event_data.mcp_name}
    </Link>
  )
}
