import { z } from 'zod'
import { ServerView } from '../../api/server-view.ts'

const SORT_KEYS = ['name', 'status', 'latency', 'tools', 'traffic', 'checked'] as const
export type SortKey = (typeof SORT_KEYS)[number]

/** Columns that can be left out. */
export const HIDABLE = ['reason', 'checks', 'uptime', 'latency', 'protocol', 'tools', 'traffic', 'checked'] as const

const SortParam = z.templateLiteral([z.enum(['', '-']), z.enum(SORT_KEYS)])

/** Several values as `a,b`, which stays readable in an address. */
const several = <T extends z.ZodType<string>>(item: T) =>
  z.string().refine((text) => text.split(',').every((part) => item.safeParse(part).success))

/** What the page of all servers keeps in its URL. */
export const ServersSearch = z.object({
  /** Looked for in names and descriptions. */
  q: z.string().optional().catch(undefined),
  /** Such as `unhealthy,disconnected`. */
  status: several(ServerView.shape.health_status).optional().catch(undefined),
  /** A minus before the key: the greatest first. */
  sort: SortParam.optional().catch(undefined),
  group: z.literal('status').optional().catch(undefined),
  /** Of checks that were asked for together: how far they are is shown. */
  job: z.string().optional().catch(undefined),
  /** Columns left out, such as `protocol,tools`. */
  hide: several(z.enum(HIDABLE)).optional().catch(undefined),
})
export type ServersSearch = z.infer<typeof ServersSearch>

/** Puts `item` into a list such as `a,b`, or takes it out; undefined for an empty one. */
export function toggled(list: string | undefined, item: string): string | undefined {
  const items = new Set(list?.split(','))
  if (!items.delete(item)) items.add(item)
  return [...items].join(',') || undefined
}

export const includes = (list: string | undefined, item: string): boolean => list?.split(',').includes(item) ?? false
