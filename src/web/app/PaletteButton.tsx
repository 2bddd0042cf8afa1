import { ActionIcon, Tooltip } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconCommand } from '@tabler/icons-react'
import { lazy, Suspense, useRef, useState } from 'react'
import classes from './Shell.module.css'
import { typeAhead } from './type-ahead.ts'

const Palette = lazy(async () => ({ default: (await import('./Palette.tsx')).Palette }))

/** Opens the command palette; it is loaded when it is first wanted. */
export function PaletteButton() {
  const [isWanted, setIsWanted] = useState(false)
  const [query, setQuery] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const opener = useRef<Element>(null)
  const endTypeAhead = useRef(() => {})
  const open = async () => {
    if (document.activeElement === field.current) return
    opener.current = document.activeElement
    endTypeAhead.current()
    endTypeAhead.current = typeAhead(setQuery)
    setIsWanted(true)
    try {
      const { spotlight } = await import('@mantine/spotlight')
      spotlight.open()
    } catch {
      // The palette is made of it too, and says in its place that it is gone.
      endTypeAhead.current()
    }
  }
  // Also while somebody types.
  useHotkeys([['mod+K', () => void open()]], [])
  return (
    <>
      <Tooltip label="Go to a server or a page (Ctrl+K)">
        <ActionIcon
          className={classes.keyboard}
          aria-label="Command palette"
          aria-keyshortcuts="Control+K"
          onClick={open}
        >
          <IconCommand size={18} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
      {isWanted && (
        <Suspense>
          <Palette
            field={field}
            query={query}
            onQuery={setQuery}
            onField={() => endTypeAhead.current()}
            // It knows that by itself only when it was loaded before it was opened.
            onClose={() => opener.current instanceof HTMLElement && opener.current.focus()}
          />
        </Suspense>
      )}
    </>
  )
}
