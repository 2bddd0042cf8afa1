import type { Selectable } from 'kysely'
import { z } from 'zod'
import { OUTCOMES } from '../core/check.ts'
import type { OutcomeCounts, ROLL_UP_MS, RollUp } from '../core/history/roll-up.ts'
import { decodeSketch, encodeSketch, type Sketch } from '../core/history/sketch.ts'
import type { Tables } from './schema.ts'
import { checkStored, StoredServerId, StoredTimestamp, wholeMs } from './stored.ts'

const Count = z.number()
const Columns = z.object({
  server_id: StoredServerId,
  size: z.literal(['minute', 'hour', 'day']),
  started_at: StoredTimestamp,
  up_ms: z.number(),
  down_ms: z.number(),
  latency: z.string().transform((text, context): Sketch => {
    const sketch = decodeSketch(text)
    if (sketch) return sketch
    context.addIssue('No sketch')
    return z.NEVER
  }),
  ok: Count,
  connect: Count,
  protocol: Count,
  auth: Count,
  throttled: Count,
  app_error: Count,
  cancelled: Count,
  inconclusive: Count,
}) satisfies z.ZodType<OutcomeCounts & { size: keyof typeof ROLL_UP_MS }>

export const rollUpRow = ({ serverId, size, from, counts, upMs, downMs, latency }: RollUp): Tables['roll_up'] => ({
  ...counts,
  server_id: serverId,
  size,
  started_at: wholeMs(from),
  up_ms: wholeMs(upMs),
  down_ms: wholeMs(downMs),
  latency: encodeSketch(latency),
})

export function readRollUp(row: Selectable<Tables['roll_up']>): RollUp {
  const { server_id, size, started_at, up_ms, down_ms, latency, ...counts } = checkStored(
    Columns,
    row,
    `a roll-up of server ${row.server_id}`,
  )
  return { serverId: server_id, size, from: started_at, upMs: up_ms, downMs: down_ms, latency, counts }
}

/** What an upsert replaces. */
export const ROLL_UP_VALUES = ['up_ms', 'down_ms', 'latency', ...OUTCOMES] as const
