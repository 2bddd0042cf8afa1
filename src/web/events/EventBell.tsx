import { ActionIcon, Indicator, Tooltip } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { hideChanges, showChanges } from './event-toasts.tsx'
import { useChanges } from './use-changes.ts'

const EventPanel = lazy(async () => ({ default: (await import('./EventPanel.tsx')).EventPanel }))

/** Tells what becomes of servers as it happens, counts what nobody looked at yet, and opens the panel that shows it. */
export function EventBell() {
  const [unseen, setUnseen] = useState(0)
  const [isOpen, setIsOpen] = useState(false)
  useChanges((changes) => {
    showChanges(changes)
    if (!isOpen) setUnseen((before) => before + changes.length)
  })
  useEffect(() => hideChanges, [])
  const open = () => {
    setIsOpen(true)
    setUnseen(0)
    hideChanges()
  }
  return (
    <>
      <Tooltip label="What happened">
        <Indicator disabled={unseen === 0} label={unseen > 99 ? '99+' : unseen} size={16} offset={5} color="red">
          <ActionIcon aria-label={unseen === 0 ? 'What happened' : `What happened, ${unseen} new`} onClick={open}>
            <IconBell size={18} stroke={1.75} />
          </ActionIcon>
        </Indicator>
      </Tooltip>
      {isOpen && (
        <Suspense>
          <EventPanel onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
