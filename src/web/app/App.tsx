import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { LiveContext } from '../live/live-context.ts'
import { theme } from '../ui/theme.ts'
import { colourSchemes } from './colour-scheme.ts'
import type { Dashboard } from './dashboard.ts'

/** Mantine writes no style element: the theme's variables are in a style sheet of the build. */
export function App({ dashboard: { queryClient, live, router } }: { dashboard: Dashboard }) {
  return (
    <MantineProvider
      theme={theme}
      colorSchemeManager={colourSchemes}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <LiveContext value={live}>
          <RouterProvider router={router} />
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  )
}
