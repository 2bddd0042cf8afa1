import { notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'
import type { Tone } from './theme.ts'

/** What Mantine takes as `color`. */
export const TONE_COLOUR = {
  good: 'var(--tone-good)',
  bad: 'var(--tone-bad)',
  warn: 'var(--tone-warn)',
  info: 'var(--tone-info)',
  quiet: 'var(--tone-quiet)',
} as const satisfies Record<Tone, string>

/** Tells what became of something the person did. It is read out too. */
export function notify(tone: Tone, title: string, detail: ReactNode = ''): void {
  notifications.show({ title, message: detail, color: TONE_COLOUR[tone], autoClose: tone === 'bad' ? 12_000 : 5_000 })
}
