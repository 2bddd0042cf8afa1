import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircuitSwitchOpen,
  IconPlayerPause,
  IconPlugConnectedX,
  type TablerIcon,
} from '@tabler/icons-react'
import type { ServerView } from '../../api/server-view.ts'
import type { Tone } from './theme.ts'

export type Status = ServerView['health_status']

type Look = { readonly label: string; readonly tone: Tone; readonly Icon: TablerIcon }

/** How each status is shown. Its colour is never the only sign: the icon and the word say the same. */
export const STATUS_LOOK = {
  healthy: { label: 'Healthy', tone: 'good', Icon: IconCircleCheck },
  unhealthy: { label: 'Unhealthy', tone: 'bad', Icon: IconAlertTriangle },
  disconnected: { label: 'Disconnected', tone: 'bad', Icon: IconPlugConnectedX },
  circuit_open: { label: 'Circuit open', tone: 'warn', Icon: IconCircuitSwitchOpen },
  disabled: { label: 'Disabled', tone: 'quiet', Icon: IconPlayerPause },
  unknown: { label: 'Unknown', tone: 'quiet', Icon: IconCircleDashed },
} as const satisfies Record<Status, Look>
