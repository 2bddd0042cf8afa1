import { IconPlayerPlay, IconPlugConnected, IconRotate } from '@tabler/icons-react'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import type { ServerView } from '../../api/server-view.ts'
import { enableServer, resetBreaker } from '../api/mcpApi.ts'
import { keepView } from '../live/fleet-query.ts'
import { refreshKey, refreshServer } from '../live/refresh-server.tsx'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { IconButton } from './IconButton.tsx'
import classes from './MCPTable.module.css'

const WAYS = {
  disconnected: { label: 'Try now', Icon: IconPlugConnected },
  circuit_open: { label: 'Reset breaker', Icon: IconRotate },
  disabled: { label: 'Enable', Icon: IconPlayerPlay },
} as const

type Props = { readonly server: ServerView; readonly mayAct: boolean; readonly isBusy: boolean }

/** Stands beside a refresh button that is disabled: when Omni2 tries again by itself, and what can be done instead. */
export function WayOut({ server, mayAct, isBusy }: Props) {
  const { name, health_status, next_check_at, circuit } = server
  const queryClient = useQueryClient()
  if (health_status !== 'disconnected' && health_status !== 'circuit_open' && health_status !== 'disabled') return null
  const { label, Icon } = WAYS[health_status]
  const tryNow = health_status === 'disconnected'
  return (
    <>
      {health_status !== 'disabled' && (
        <span className={classes.quiet} title="Omni2 tries again by itself">
          <RelativeTime time={circuit.retry_at ?? next_check_at} as="until" />
        </span>
      )}
      {mayAct && (
        <IconButton
          hint={label}
          of={name}
          isBusy={isBusy}
          onPress={() => (tryNow ? refreshServer(queryClient, server) : bringBack(queryClient, server))}
        >
          <Icon size={16} stroke={1.75} />
        </IconButton>
      )}
    </>
  )
}

function bringBack(queryClient: QueryClient, server: ServerView): void {
  const { id, name, health_status } = server
  const mutation = queryClient.getMutationCache().build(queryClient, {
    mutationKey: refreshKey(id),
    mutationFn: async () => {
      if (health_status === 'disabled') keepView(queryClient, await enableServer(id))
      else await resetBreaker(id)
    },
    onError: (error) => notify('bad', name, errorText(error)),
  })
  void mutation.execute(undefined).catch(() => {}) // told above
}
