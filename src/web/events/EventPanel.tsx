import { Anchor, Drawer, Switch } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useReturnFocus } from '../ui/return-focus.ts'
import { type Outside, outsideState, switchOutside } from './browser-notifications.ts'
import { EventHistory } from './EventHistory.tsx'
import classes from './EventsPage.module.css'
import type { EventsSearch } from './events-search.ts'

const WHY = {
  on: 'Shown while you do not look at this page',
  off: 'For when you do not look at this page',
  refused: 'This browser refuses them to this page; its site settings can allow them',
  impossible: 'Browsers show them for pages over https only',
} as const satisfies Record<Outside, string>

/** What happened, beside whatever page one is on. */
export function EventPanel({ onClose }: { onClose: () => void }) {
  useReturnFocus()
  const [filter, setFilter] = useState<EventsSearch>({})
  const [outside, setOutside] = useState(outsideState)
  return (
    <Drawer opened onClose={onClose} position="right" size="36rem" title="What happened">
      <Switch
        label="Browser notifications"
        description={WHY[outside]}
        checked={outside === 'on'}
        disabled={outside === 'impossible'}
        onChange={async ({ currentTarget: { checked } }) => setOutside(await switchOutside(checked))}
      />
      <EventHistory filter={filter} onFilter={setFilter} isNarrow />
      <Anchor
        className={classes.whole}
        renderRoot={(props) => <Link to="/events" search={filter} onClick={onClose} {...props} />}
      >
        On a page of its own
      </Anchor>
    </Drawer>
  )
}
