import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import type { EventView } from '../../api/events-view.ts'
import type { CallNews, LiveFeed, LiveState } from './live-feed.ts'

export const LiveContext = createContext<LiveFeed | undefined>(undefined)

function useLiveFeed(): LiveFeed {
  const feed = useContext(LiveContext)
  if (!feed) throw new Error('Not within the shell')
  return feed
}

/** Whether what is shown is live, or since when it is stale. */
export function useLiveState(): LiveState {
  const feed = useLiveFeed()
  return useSyncExternalStore(feed.subscribe, feed.state)
}

/** Keeps the connection while the component is there. */
export function useLiveConnection(): void {
  const feed = useLiveFeed()
  useEffect(() => feed.start(), [feed])
}

/** Calls `reader` for every event as it happens, those too that were missed while the connection was lost. */
export function useLiveEvents(reader: (event: EventView) => void): void {
  const feed = useLiveFeed()
  const read = useEffectEvent(reader)
  useEffect(() => feed.onEvent((event) => read(event)), [feed])
}

/** Calls `reader` with calls of agents as they end, while the component is there. */
export function useLiveCalls(reader: (news: CallNews) => void): void {
  const feed = useLiveFeed()
  const read = useEffectEvent(reader)
  useEffect(() => feed.onCalls((news) => read(news)), [feed])
}
