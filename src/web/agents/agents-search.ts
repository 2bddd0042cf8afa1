import { z } from 'zod'

/** Which client is to be connected to what. */
export const AgentsSearch = z.object({
  client: z.string().optional().catch(undefined),
  server: z.string().optional().catch(undefined),
  collection: z.string().optional().catch(undefined),
})
export type AgentsSearch = z.infer<typeof AgentsSearch>
