import { z } from 'zod'
import { CALL_OUTCOMES } from '../../api/calls.ts'

/** How far back one looks, in milliseconds. */
export const PERIODS = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const
export type Period = keyof typeof PERIODS

const VIEWS = ['calls', 'servers', 'tools'] as const

const ids = z.array(z.number().int()).optional().catch(undefined)
const texts = z.array(z.string()).optional().catch(undefined)

/** What the page of calls keeps in its URL. */
export const CallsSearch = z.object({
  view: z.enum(VIEWS).optional().catch(undefined),
  /** An hour when left out. */
  period: z.enum(['15m', '1h', '24h', '7d']).optional().catch(undefined),
  server: ids,
  /** Tools, prompts and URIs. */
  tool: texts,
  outcome: z.array(z.enum(CALL_OUTCOMES)).optional().catch(undefined),
  /** Ids of tokens. */
  who: ids,
  endpoint: texts,
})
export type CallsSearch = z.infer<typeof CallsSearch>

/** What is looked for, wherever it is shown. */
export type CallsFilter = Omit<CallsSearch, 'view'>
