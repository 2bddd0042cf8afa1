import { ActionIcon, Tooltip } from '@mantine/core'
import { IconPlayerPlay, IconRotate } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { ServerView } from '../../api/server-view.ts'
import { enableServer, resetBreaker } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './MCPTable.module.css'

const WAYS = {
  circuit_open: { label: 'Reset breaker', act: resetBreaker, Icon: IconRotate },
  disabled: { label: 'Enable', act: enableServer, Icon: IconPlayerPlay },
} as const

/** Stands beside a refresh button that is disabled: what can be done instead, or when Omni2 tries again by itself. */
export function WayOut({ server: { id, name, health_status, next_check_at } }: { server: ServerView }) {
  const mayAct = useMay('operator')
  const { mutate, isPending } = useMutation({
    mutationFn: (act: (serverId: number) => Promise<unknown>) => act(id),
    onError: (error) => notify('bad', name, errorText(error)),
  })
  if (health_status === 'disconnected') {
    return (
      <span className={classes.quiet}>
        <RelativeTime time={next_check_at} as="until" />
      </span>
    )
  }
  if (!mayAct || (health_status !== 'circuit_open' && health_status !== 'disabled')) return null
  const { label, act, Icon } = WAYS[health_status]
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={`${label}: ${name}`} loading={isPending} onClick={() => mutate(act)}>
        <Icon size={16} stroke={1.75} />
      </ActionIcon>
    </Tooltip>
  )
}
