import { z } from 'zod'

/** What the page of all servers keeps in its URL: `q` is looked for in names and descriptions. */
export const ServersSearch = z.object({ q: z.string().optional().catch(undefined) })
