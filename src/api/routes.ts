import './plain-issues.ts'
import { callRoutes } from './routes/calls.ts'
import { checkRoutes } from './routes/checks.ts'
import { collectionRoutes } from './routes/collections.ts'
import { historyRoutes } from './routes/history.ts'
import { platformRoutes } from './routes/platform.ts'
import { serverRoutes } from './routes/servers.ts'

/** Every route there is, by name: the server, the client, the OpenAPI document and the access tests all read it. */
export const ROUTES = {
  ...serverRoutes,
  ...historyRoutes,
  ...checkRoutes,
  ...callRoutes,
  ...collectionRoutes,
  ...platformRoutes,
} as const
export type RouteName = keyof typeof ROUTES
