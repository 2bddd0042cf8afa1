import { Anchor } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { Link } from '@tanstack/react-router'
import { announce } from '../ui/announce.ts'
import { TONE_COLOUR } from '../ui/notify.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { tellOutside } from './browser-notifications.ts'
import { type ServerChange, type Telling, tellings, tellingText } from './server-change.ts'

const GOOD_NEWS_MS = 5_000
const NEWS_MS = 12_000

/** What toasts tell now, by their ids. */
const shown = new Map<string, Telling>()
let toasts = 0

/** Tells changes, of which each is of another server. Toasts of the same servers make room; many become one. */
export function showChanges(fresh: readonly ServerChange[]): void {
  const concerns = new Set(fresh.map(({ serverId }) => serverId))
  const others = [...shown.values()].flat().filter(({ serverId }) => !concerns.has(serverId))
  const isFresh = (telling: Telling) => telling.some((change) => fresh.includes(change))
  for (const telling of tellings([...others, ...fresh]).filter(isFresh)) {
    const told = new Set(telling.map(({ serverId }) => serverId))
    for (const [id, before] of [...shown]) if (before.some(({ serverId }) => told.has(serverId))) hide(id)
    show(telling)
  }
}

/** Takes all of them away, as nobody is here any more to see them. */
export function hideChanges(): void {
  for (const id of [...shown.keys()]) hide(id)
}

function hide(id: string): void {
  shown.delete(id)
  notifications.hide(id)
}

function show(telling: Telling): void {
  const id = `change-${++toasts}`
  const { title, detail } = tellingText(telling)
  const stays = telling.some(({ isCritical }) => isCritical)
  const isGood = telling.every(({ tone }) => tone === 'good')
  shown.set(id, telling)
  notifications.show({
    id,
    title,
    message: <Message telling={telling} detail={detail} />,
    color: TONE_COLOUR[(telling.length === 1 && telling[0]?.tone) || (isGood ? 'good' : 'bad')],
    autoClose: stays ? false : isGood ? GOOD_NEWS_MS : NEWS_MS,
    // What is critical interrupts who listens; the rest waits for its turn in the live region.
    role: stays ? 'alert' : 'group',
    'aria-label': title,
    onClose: () => shown.delete(id),
  })
  if (!stays) announce(`${title}. ${detail}`)
  tellOutside(title, detail)
}

function Message({ telling, detail }: { telling: Telling; detail: string }) {
  const [change, ...more] = telling
  if (!change || more.length > 0) {
    return (
      <>
        {detail} ·{' '}
        <Anchor inherit underline="always" renderRoot={(props) => <Link to="/events" {...props} />}>
          What happened
        </Anchor>
      </>
    )
  }
  return (
    <>
      {detail} · <RelativeTime time={change.timestamp} /> ·{' '}
      <Anchor
        inherit
        underline="always"
        renderRoot={(props) => <Link to="/mcps/$id" params={{ id: change.serverId }} {...props} />}
      >
        Look at it
      </Anchor>
    </>
  )
}
