import { z } from 'zod'

/** Which tool is tried, and whether its arguments are written as JSON. */
export const ToolsSearch = z.object({
  tool: z.string().optional().catch(undefined),
  view: z.literal('json').optional().catch(undefined),
})
export type ToolsSearch = z.infer<typeof ToolsSearch>
