import type { ServerView } from '../../api/server-view.ts'
import type { Paint } from './paint.ts'

export type Status = ServerView['health_status']

/** Each status has a sign and a colour beside its word. */
const MARKS = {
  healthy: { sign: '✓', colour: 'good' },
  unhealthy: { sign: '✗', colour: 'bad' },
  disconnected: { sign: '✗', colour: 'bad' },
  circuit_open: { sign: '!', colour: 'warn' },
  disabled: { sign: '-', colour: 'quiet' },
  unknown: { sign: '?', colour: 'quiet' },
} as const satisfies Record<Status, { sign: string; colour: keyof Paint }>

export const STATUSES: readonly Status[] = [
  'disconnected',
  'unhealthy',
  'circuit_open',
  'unknown',
  'disabled',
  'healthy',
]

export const statusText = (status: Status): string => `${MARKS[status].sign} ${status}`

export const statusColour = (status: Status, paint: Paint): ((text: string) => string) => paint[MARKS[status].colour]

export const statusMark = (status: Status, paint: Paint): string => statusColour(status, paint)(statusText(status))
