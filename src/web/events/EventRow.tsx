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
      {event.event_type === 'mcp_common_cause' ? (
        'all servers'
      ) : (
        <Link to="/mcps/$id" params={{ id: event.event_data.server_id }} className={classes.name}>
          {event.event_data.mcp_name}
        </Link>
      )}
    </span>
    <span>{eventText(event)}</span>
  </li>
)
