import { z } from 'zod'
import { ERROR_CODES } from '../core/errors.ts'
import { Finding } from './wire.ts'

/** RFC 9457, `application/problem+json`. `errors` says where in the input; `retry_after_seconds` goes with Retry-After. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    code: z.enum([...ERROR_CODES, 'internal']),
    errors: z.array(Finding).optional(),
    retry_after_seconds: z.number().optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
