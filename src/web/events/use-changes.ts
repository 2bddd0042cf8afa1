import { useEffect, useRef } from 'react'
import { isOwnDoing } from '../api/own-requests.ts'
import { useLiveEvents } from '../live/live-context.ts'
import { changeOf, type ServerChange } from './server-change.ts'

/** What happens within so long is told in one go. */
const COLLECT_MS = 500

/** Calls `onChanges` with what became of servers, the last of each, but for what was done from this page. */
export function useChanges(onChanges: (changes: readonly ServerChange[]) => void): void {
  const collected = useRef(new Map<number, ServerChange>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const tell = () => {
    timer.current = undefined
    const changes = [...collected.current.values()]
    collected.current.clear()
    onChanges(changes)
  }
  useLiveEvents((event) => {
    const change = 'seq' in event ? changeOf(event) : undefined
    if (!change || isOwnDoing(change.serverId)) return
    collected.current.set(change.serverId, change)
    timer.current ??= setTimeout(tell, COLLECT_MS)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
}
