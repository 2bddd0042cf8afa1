import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react'
import { localTime } from '../../api/time-text.ts'
import { useLiveState } from '../live/live-context.ts'
import classes from './Banners.module.css'
import { useCommonCause } from './common-cause.ts'

/** What concerns every page: that nothing newer is known, and that many servers fail for one reason. */
export function Banners() {
  const live = useLiveState()
  const cause = useCommonCause()
  return (
    <section aria-label="What concerns all servers">
      {live.kind === 'stale' && (
        <div className={classes.banner} role="status">
          <IconPlugConnectedX size={16} stroke={1.75} aria-hidden />
          <span>
            The connection to Omni2 is lost. What you see is how it was at{' '}
            {localTime(new Date(live.since).toISOString())}; it is tried again by itself.
          </span>
        </div>
      )}
      {cause && (
        <div className={classes.banner} role="status" data-cause>
          <IconAlertTriangle size={16} stroke={1.75} aria-hidden />
          <span>
            {cause.servers.length} servers began to fail together. {cause.suspected}
          </span>
        </div>
      )}
    </section>
  )
}
