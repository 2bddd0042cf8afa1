import { getRouteApi } from '@tanstack/react-router'
import { usePageTitle } from '../ui/page-title.ts'
import { EventHistory } from './EventHistory.tsx'
import classes from './EventsPage.module.css'

const route = getRouteApi('/shell/events')

/** Everything that happened; what one looks for lies in the URL. */
export function EventsPage() {
  usePageTitle('Events')
  const search = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <section aria-label="Events" className={classes.page}>
      <h1 className={classes.title}>Events</h1>
      <EventHistory filter={search} onFilter={(filter) => navigate({ search: filter, replace: true })} />
    </section>
  )
}
