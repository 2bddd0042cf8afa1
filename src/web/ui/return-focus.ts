import { useEffect, useState } from 'react'

/** Gives the focus back to where it was when the component came. For dialogs that are there only while they are open. */
export function useReturnFocus(): void {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus()
    },
    [before],
  )
}
