import { z } from 'zod'
import { STORED_EVENT_TYPES } from '../../api/events-view.ts'

export const SEVERITIES = ['info', 'warning', 'high', 'critical'] as const

/** What the events page keeps in its URL. */
export const EventsSearch = z.object({
  type: z.array(z.enum(STORED_EVENT_TYPES)).optional().catch(undefined),
  /** Names of servers. */
  server: z.array(z.string()).optional().catch(undefined),
  severity: z.array(z.enum(SEVERITIES)).optional().catch(undefined),
})
export type EventsSearch = z.infer<typeof EventsSearch>
