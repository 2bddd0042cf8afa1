import { z } from 'zod'
import { OUTCOMES } from '../core/check.ts'
import { isJsonObject } from '../core/config/json-object.ts'
import { CheckErrorView } from './check-view.ts'
import { AnyObject, Id, Milliseconds } from './wire.ts'

/** Deeper than any real argument and shallow enough for every program on the way. */
const MAX_DEPTH = 64

export const ToolCallInput = z.strictObject({
  arguments: AnyObject.transform((value, context) => {
    if (isJsonObject(value, MAX_DEPTH)) return value
    context.issues.push({ code: 'custom', message: `More than ${MAX_DEPTH} levels deep`, input: value })
    return z.NEVER
  }).default({}),
})
export type ToolCallInput = z.infer<typeof ToolCallInput>

/**
 * How the call went; exactly one of `result` (of the upstream, unchanged), `rpc_error` (it answered with a JSON-RPC
 * error) and `error` (it did not answer properly) is present.
 */
export const ToolCallAnswer = z
  .object({
    server_id: Id,
    tool: z.string(),
    outcome: z.enum(OUTCOMES),
    duration_ms: Milliseconds,
    result: AnyObject.nullable(),
    rpc_error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).nullable(),
    error: CheckErrorView.nullable(),
  })
  .meta({ id: 'ToolCallAnswer' })
export type ToolCallAnswer = z.infer<typeof ToolCallAnswer>
