import { createQueryClient } from '../api/query-client.ts'
import { sessionQuery } from '../api/session.ts'
import { LiveFeed } from '../live/live-feed.ts'
import { createDashboardRouter } from './router.tsx'

export type Dashboard = ReturnType<typeof createDashboard>

/** Puts the parts that outlive every page together. `linkError`: why the one-time link did not sign in. */
export function createDashboard({ linkError }: { linkError: unknown }) {
  const queryClient = createQueryClient(() => toSignIn())
  const live = new LiveFeed({
    queryClient,
    url: `${location.origin.replace(/^http/, 'ws')}/ws`,
    // Asks who we are: a 401 leads to the sign-in page, anything else will pass.
    onRefused: () => void queryClient.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false }).catch(() => {}),
  })
  const router = createDashboardRouter({ queryClient, linkError })
  const toSignIn = () => {
    if (router.state.location.pathname === '/sign-in') return
    const { href } = router.state.location
    queryClient.clear()
    void router.navigate({ to: '/sign-in', search: href === '/' ? {} : { next: href } })
  }
  return { queryClient, live, router }
}
