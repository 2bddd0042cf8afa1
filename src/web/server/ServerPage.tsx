import { Anchor } from '@mantine/core'
import { IconServerOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, Outlet } from '@tanstack/react-router'
import type { ServerView } from '../../api/server-view.ts'
import { useServer } from '../live/fleet-query.ts'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { StatusMark } from '../ui/StatusMark.tsx'
import { useNow } from '../ui/use-now.ts'
import { ServerActions } from './ServerActions.tsx'
import classes from './ServerPage.module.css'
import { breakerQuery } from './server-queries.ts'
import { statusStory } from './status-story.ts'

const route = getRouteApi('/shell/mcps/$id')

const TABS = [
  { to: '/mcps/$id', label: 'Overview' },
  { to: '/mcps/$id/tools', label: 'Tools' },
  { to: '/mcps/$id/log', label: 'Log' },
  { to: '/mcps/$id/capabilities', label: 'Capabilities' },
  { to: '/mcps/$id/stderr', label: 'Stderr', stdioOnly: true },
  { to: '/mcps/$id/edit', label: 'Edit' },
] as const

/** One server: how it is now, and a tab for each thing there is to know or do. */
export function ServerPage() {
  const { id } = route.useParams()
  const server = useServer(id)
  usePageTitle(server?.name ?? 'Server')
  if (server === undefined) return <Loading what="the server" />
  if (server === null) {
    return (
      <Plate
        Icon={IconServerOff}
        heading="h1"
        title="There is no such server"
        action={<Anchor renderRoot={(props) => <Link to="/" {...props} />}>All servers</Anchor>}
      >
        It may have been deleted.
      </Plate>
    )
  }
  return (
    <>
      <header className={classes.head}>
        <h1 className={classes.name}>{server.name}</h1>
        <StatusMark status={server.health_status} />
        <span className={classes.since}>
          for <RelativeTime time={server.since} as="since" />
        </span>
        <ServerActions server={server} />
      </header>
      <Story server={server} />
      <nav aria-label="Of this server" className={classes.tabs}>
        {TABS.filter((tab) => !('stdioOnly' in tab) || server.protocol === 'stdio').map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            params={{ id }}
            className={classes.tab}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {label}
          </Link>
        ))}
      </nav>
      {/* Of another server nothing stays, not even while it is loaded. */}
      <Outlet key={id} />
    </>
  )
}

/** How it is in words, with the seconds running. */
function Story({ server }: { server: ServerView }) {
  const breaker = useQuery(breakerQuery(server.id)).data?.config
  const { next_action } = server
  return (
    <p className={classes.reason}>
      {statusStory(server, breaker, useNow())} {next_action && <span className={classes.since}>{next_action}</span>}
    </p>
  )
}
