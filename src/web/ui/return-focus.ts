import { useEffect, useState } from 'react'

/** Gives the focus back to where it was when the component came. For what is there only while it is open. */
export function useReturnFocus(): void {
  const [before] = useState(opener)
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus()
    },
    [before],
  )
}

/** Of an entry of a menu, which is gone by then: what opened the menu. */
function opener(): Element | null {
  const menu = document.activeElement?.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  return menu ? document.getElementById(menu) : document.activeElement
}
