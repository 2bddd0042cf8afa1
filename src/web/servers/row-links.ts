import { useNavigate } from '@tanstack/react-router'
import { type RefObject, useEffect, useEffectEvent } from 'react'

/** Leads to the server whose link was clicked in a row, without loading the page anew; with a key held as browsers do. */
export function useRowLinks(scroller: RefObject<HTMLElement | null>): void {
  const navigate = useNavigate()
  const follow = useEffectEvent((event: MouseEvent) => {
    const { target, altKey, ctrlKey, metaKey, shiftKey } = event
    const row = target instanceof Element && target.closest('th a')?.closest<HTMLElement>('tr[data-id]')
    if (!row || altKey || ctrlKey || metaKey || shiftKey) return
    event.preventDefault()
    void navigate({ to: '/mcps/$id', params: { id: Number(row.dataset.id) } })
  })
  useEffect(() => {
    const element = scroller.current
    element?.addEventListener('click', follow)
    return () => element?.removeEventListener('click', follow)
  }, [scroller])
}
