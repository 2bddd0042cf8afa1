import { IconPlugConnectedX, IconWifi } from '@tabler/icons-react'
import { useLiveState } from '../live/live-context.ts'
import type { LiveState } from '../live/live-feed.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './LiveMark.module.css'

const WORDS = { connecting: 'Connecting', live: 'Live', stale: 'Stale' } as const satisfies Record<
  LiveState['kind'],
  string
>

/** Whether what is on the page is live; if not, since when nothing newer is known. */
export function LiveMark() {
  const state = useLiveState()
  const Icon = state.kind === 'stale' ? IconPlugConnectedX : IconWifi
  return (
    <div className={classes.mark} data-live={state.kind}>
      <Icon size={16} stroke={1.75} aria-hidden />
      {/* Only the word is read out when it changes, not each second that passes. */}
      <span role="status">{WORDS[state.kind]}</span>
      {state.kind === 'stale' && (
        <span>
          for <RelativeTime time={new Date(state.since).toISOString()} as="since" />
        </span>
      )}
    </div>
  )
}
