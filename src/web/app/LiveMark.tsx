import { IconPlugConnectedX, IconWifi } from '@tabler/icons-react'
import { useLiveState } from '../live/live-context.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './LiveMark.module.css'

/** Whether what is on the page is live; if not, since when nothing newer is known. */
export function LiveMark() {
  const state = useLiveState()
  return (
    <div className={classes.mark} role="status" data-live={state.kind}>
      {state.kind === 'stale' ? (
        <>
          <IconPlugConnectedX size={16} stroke={1.75} aria-hidden />
          <span>
            Stale, last heard <RelativeTime time={new Date(state.since).toISOString()} />
          </span>
        </>
      ) : (
        <>
          <IconWifi size={16} stroke={1.75} aria-hidden />
          <span>{state.kind === 'live' ? 'Live' : 'Connecting'}</span>
        </>
      )}
    </div>
  )
}
