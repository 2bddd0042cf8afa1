import { useThrottledCallback } from '@mantine/hooks'
import { useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useState } from 'react'
import { useLiveCalls, useLiveState } from '../live/live-context.ts'
import { callsQuery, fits, withNews } from './calls-query.ts'
import type { CallsFilter } from './calls-search.ts'

/** Sums are asked for anew when calls are told, at most so often. */
const RELOAD_MS = 3_000

export type Tail = {
  readonly isPaused: boolean
  readonly pause: (isPaused: boolean) => void
  /** Calls that were told and are not shown yet. */
  readonly held: number
  readonly show: () => void
}

/** Keeps the list true as calls end: they come in on top, but not while one reads further down, or paused it. */
export function useTail(filter: CallsFilter, scroller: RefObject<HTMLElement | null>): Tail {
  const queryClient = useQueryClient()
  const live = useLiveState().kind
  const [isPaused, setIsPaused] = useState(false)
  const [held, setHeld] = useState(0)
  const reloadSums = useThrottledCallback(
    () => queryClient.invalidateQueries({ queryKey: ['calls', 'summary'] }, { cancelRefetch: false }),
    RELOAD_MS,
  )
  const reload = () => {
    setHeld(0)
    void queryClient.invalidateQueries({ queryKey: ['calls'] }, { cancelRefetch: false })
  }
  useLiveCalls(({ calls, omitted }) => {
    reloadSums()
    const news = calls.filter((call) => fits(call, filter))
    if (isPaused || (scroller.current?.scrollTop ?? 0) > 0) setHeld((before) => before + news.length + omitted)
    else if (omitted > 0) reload()
    else if (news.length > 0)
      queryClient.setQueryData(callsQuery(filter).queryKey, (pages) => pages && withNews(pages, news, filter))
  })
  useEffect(() => {
    // What ended while the connection was lost was told to nobody.
    if (live === 'live') void queryClient.invalidateQueries({ queryKey: ['calls'] }, { cancelRefetch: false })
  }, [live, queryClient])
  return {
    isPaused,
    pause: (paused) => {
      setIsPaused(paused)
      if (!paused) reload()
    },
    held,
    show: () => {
      scroller.current?.scrollTo({ top: 0 })
      setIsPaused(false)
      reload()
    },
  }
}
