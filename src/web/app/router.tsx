import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { z } from 'zod'
import { AgentsSearch } from '../agents/agents-search.ts'
import { isSignedOut } from '../api/query-client.ts'
import { sessionQuery } from '../api/session.ts'
import { CallsSearch } from '../calls/calls-search.ts'
import { EventsSearch } from '../events/events-search.ts'
import { LogSearch } from '../server/log-search.ts'
import { OverviewSearch } from '../server/overview-search.ts'
import { ServersSearch } from '../servers/servers-search.ts'
import { SignInSearch } from '../sign-in/sign-in-search.ts'
import { ToolsSearch } from '../tools/tools-search.ts'
import { Loading } from '../ui/Loading.tsx'
import { NotFound, PageError, ShellError } from './PageFallbacks.tsx'
import { Root } from './Root.tsx'
import { Shell } from './Shell.tsx'

type Context = {
  readonly queryClient: QueryClient
  /** Why the one-time link did not sign in. */
  readonly linkError: unknown
}

const rootRoute = createRootRouteWithContext<Context>()({ component: Root })

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: SignInSearch,
  component: lazyRouteComponent(() => import('../sign-in/SignInPage.tsx'), 'SignInPage'),
})

/** Everything but signing in: only for who is signed in, and within the shell. */
const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  errorComponent: ShellError,
  beforeLoad: async ({ context: { queryClient }, location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery)
    } catch (error) {
      if (!isSignedOut(error)) throw error
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } })
    }
  },
})

const serversRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  validateSearch: ServersSearch,
  component: lazyRouteComponent(() => import('../servers/ServersPage.tsx'), 'ServersPage'),
})

const serverRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/mcps/$id',
  params: { parse: ({ id }) => ({ id: z.coerce.number().int().catch(0).parse(id) }) },
  component: lazyRouteComponent(() => import('../server/ServerPage.tsx'), 'ServerPage'),
})

const tab = { getParentRoute: () => serverRoute } as const

const serverTabs = [
  createRoute({
    ...tab,
    path: '/',
    validateSearch: OverviewSearch,
    component: lazyRouteComponent(() => import('../server/OverviewTab.tsx'), 'OverviewTab'),
  }),
  createRoute({
    ...tab,
    path: '/log',
    validateSearch: LogSearch,
    component: lazyRouteComponent(() => import('../server/LogTab.tsx'), 'LogTab'),
  }),
  createRoute({
    ...tab,
    path: '/capabilities',
    component: lazyRouteComponent(() => import('../server/CapabilitiesTab.tsx'), 'CapabilitiesTab'),
  }),
  createRoute({
    ...tab,
    path: '/tools',
    validateSearch: ToolsSearch,
    component: lazyRouteComponent(() => import('../tools/ToolsTab.tsx'), 'ToolsTab'),
  }),
  createRoute({
    ...tab,
    path: '/stderr',
    component: lazyRouteComponent(() => import('../server/StderrTab.tsx'), 'StderrTab'),
  }),
  createRoute({ ...tab, path: '/edit', component: lazyRouteComponent(() => import('../edit/EditTab.tsx'), 'EditTab') }),
] as const

const addRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/add',
  component: lazyRouteComponent(() => import('../edit/AddPage.tsx'), 'AddPage'),
})

const importRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/import',
  component: lazyRouteComponent(() => import('../edit/ImportPage.tsx'), 'ImportPage'),
})

const eventsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/events',
  validateSearch: EventsSearch,
  component: lazyRouteComponent(() => import('../events/EventsPage.tsx'), 'EventsPage'),
})

const callsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/calls',
  validateSearch: CallsSearch,
  component: lazyRouteComponent(() => import('../calls/CallsPage.tsx'), 'CallsPage'),
})

const callRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/calls/$id',
  params: { parse: ({ id }) => ({ id: z.coerce.number().int().catch(0).parse(id) }) },
  component: lazyRouteComponent(() => import('../calls/CallPage.tsx'), 'CallPage'),
})

const agentsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/agents',
  validateSearch: AgentsSearch,
  component: lazyRouteComponent(() => import('../agents/AgentsPage.tsx'), 'AgentsPage'),
})

const collectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/collections/$id',
  component: lazyRouteComponent(() => import('../agents/CollectionPage.tsx'), 'CollectionPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../settings/SettingsPage.tsx'), 'SettingsPage'),
})

/** Whatever else: said within the shell, from where every page can be reached. */
const nowhereRoute = createRoute({ getParentRoute: () => shellRoute, path: '$', component: NotFound })

const routeTree = rootRoute.addChildren([
  signInRoute,
  shellRoute.addChildren([
    serversRoute,
    serverRoute.addChildren(serverTabs),
    addRoute,
    importRoute,
    eventsRoute,
    callsRoute,
    callRoute,
    agentsRoute,
    collectionRoute,
    settingsRoute,
    nowhereRoute,
  ]),
])

export const createDashboardRouter = (context: Context) =>
  createRouter({
    routeTree,
    context,
    defaultPreload: 'intent',
    defaultPendingComponent: () => <Loading what="the page" />,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createDashboardRouter>
  }
}
