import { ActionIcon, Tooltip } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconCommand } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import classes from './Shell.module.css'

const Palette = lazy(async () => ({ default: (await import('./Palette.tsx')).Palette }))

/** Opens the command palette; it is loaded when it is first wanted. */
export function PaletteButton() {
  const [isWanted, setIsWanted] = useState(false)
  const open = async () => {
    setIsWanted(true)
    const { spotlight } = await import('@mantine/spotlight')
    spotlight.open()
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
          <Palette />
        </Suspense>
      )}
    </>
  )
}
