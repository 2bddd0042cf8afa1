import { z } from 'zod'

/** What the events page keeps in its URL. */
export const EventsSearch = z.object({})
