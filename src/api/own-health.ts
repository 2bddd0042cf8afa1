import { z } from 'zod'

/** Omni2's own process, never a registered server. */
export const LiveAnswer = z.object({ status: z.literal('ok') })
export type LiveAnswer = z.infer<typeof LiveAnswer>

/** Each part Omni2 needs to do its work; the answer is 503 while one of them is not ok. */
export const ReadyAnswer = z.object({
  status: z.enum(['ok', 'not_ready']),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean() })),
})
export type ReadyAnswer = z.infer<typeof ReadyAnswer>
