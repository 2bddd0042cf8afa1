import { useHotkeys } from '@mantine/hooks'
import type { RefObject } from 'react'

/** Where keys mean something else. */
const ELSEWHERE = '[role="menu"], [role="dialog"], [role="listbox"]'
const HEAD_PX = 32

/** Arrows go from row to row (Enter opens the one that has the focus, by its link), `r` presses its refresh button. */
export function useRowKeys(scroller: RefObject<HTMLElement | null>): void {
  const go = (step: 1 | -1) => () => {
    if (scroller.current && !document.activeElement?.closest(ELSEWHERE)) focusRow(scroller.current, step)
  }
  const refresh = () => document.activeElement?.closest('tr')?.querySelector<HTMLElement>('[data-refresh]')?.click()
  useHotkeys([
    ['ArrowDown', go(1)],
    ['ArrowUp', go(-1)],
    ['R', refresh],
  ])
}

/** Puts the focus on the name in the row below or above; when it is in none, on the first in sight. */
function focusRow(scroller: HTMLElement, step: 1 | -1): void {
  const rows = [...scroller.querySelectorAll('tr[data-id]')]
  const at = rows.indexOf(document.activeElement?.closest('tr[data-id]') ?? scroller)
  const top = scroller.getBoundingClientRect().top + HEAD_PX
  const next = at < 0 ? rows.find((row) => row.getBoundingClientRect().top >= top) : rows[at + step]
  next?.querySelector<HTMLElement>('th a')?.focus()
}
