import { Link, Outlet } from '@tanstack/react-router'
import { EventBell } from '../events/EventBell.tsx'
import { useLiveConnection } from '../live/live-context.ts'
import { useAnnouncement } from '../ui/announce.ts'
import { AccountMenu } from './AccountMenu.tsx'
import { Banners } from './Banners.tsx'
import { LiveMark } from './LiveMark.tsx'
import { PaletteButton } from './PaletteButton.tsx'
import { SchemeSwitch } from './SchemeSwitch.tsx'
import classes from './Shell.module.css'

const NAV = [
  { to: '/', label: 'Servers' },
  { to: '/events', label: 'Events' },
  { to: '/calls', label: 'Calls' },
  { to: '/agents', label: 'Agents' },
  { to: '/settings', label: 'Settings' },
] as const

/** What stays while pages change: the name, the ways between pages, whether all is live, and who is signed in. */
export function Shell() {
  useLiveConnection()
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        Skip to content
      </a>
      <header className={classes.header}>
        <Link to="/" className={classes.name}>
          Omni2
        </Link>
        <nav aria-label="Main" className={classes.nav}>
          {NAV.map(({ to, label }) => (
            <Link key={to} to={to} className={classes.link} activeOptions={{ exact: to === '/', includeSearch: false }}>
              {label}
            </Link>
          ))}
        </nav>
        <LiveMark />
        <EventBell />
        <PaletteButton />
        <SchemeSwitch />
        <AccountMenu />
      </header>
      <Banners />
      <main id="main" tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
      <LiveRegion />
    </div>
  )
}

/** Says aloud what is told while somebody listens rather than looks. */
const LiveRegion = () => (
  <div className="sr-only" aria-live="polite">
    {useAnnouncement()}
  </div>
)
