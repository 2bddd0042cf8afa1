import { Notifications } from '@mantine/notifications'
import { Outlet } from '@tanstack/react-router'

/** Every page, and what it tells beside it. */
export const Root = () => (
  <>
    <Outlet />
    <section aria-label="Notifications">
      <Notifications position="bottom-right" limit={4} withinPortal={false} />
    </section>
  </>
)
