import { z } from 'zod'
import { OUTCOMES } from '../core/check.ts'
import { isJsonObject } from '../core/config/json-object.ts'
import { CheckErrorView } from './check-view.ts'
import { Problem } from './problem.ts'
import { AnyObject, Id, Milliseconds, Time } from './wire.ts'

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

/** How the structured content of a result agrees with the output schema that the tool declares. */
export const OutputSchemaView = z.object({
  /**
   * `no_schema`: the tool declares none. `missing`: it declares one and sent no structured content. `unchecked`: the tool
   * reported an error, or its schema cannot be used or takes too long.
   */
  verdict: z.enum(['valid', 'invalid', 'no_schema', 'missing', 'unchecked']),
  /** What that means, where it is neither valid nor without a schema. */
  detail: z.string().nullable(),
  /** The first of what is wrong; `path` is a JSON pointer into the structured content. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
})
export type OutputSchemaView = z.infer<typeof OutputSchemaView>

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
    /** The tool says that it failed: that is its answer, and no outage. */
    is_error: z.boolean(),
    /** Null without a result. */
    output_schema: OutputSchemaView.nullable(),
    timing: z.object({
      started_at: Time,
      /** In line, while too many calls of this server ran. */
      waited_ms: Milliseconds,
      /** Until the request went out: connecting and greeting, where that was needed; null when it never did. */
      prepared_ms: Milliseconds.nullable(),
      /** From there to the answer. */
      answered_ms: Milliseconds.nullable(),
    }),
    /** The JSON-RPC messages, but for credentials of the server: null when not sent, and when none came. */
    raw: z.object({ request: AnyObject.nullable(), response: AnyObject.nullable() }),
  })
  .meta({ id: 'ToolCallAnswer' })
export type ToolCallAnswer = z.infer<typeof ToolCallAnswer>

/** What comes as `text/event-stream`, by the name of the event: news, and last the result, or why there is none. */
export const TOOL_CALL_EVENTS = {
  progress: z.object({ progress: z.number(), total: z.number().nullable(), message: z.string().nullable() }),
  /** Most transports do not tell for which call it is: whatever the server logs meanwhile. */
  log: z.object({ level: z.string(), logger: z.string().nullable(), data: z.unknown() }),
  result: ToolCallAnswer,
  problem: Problem,
} as const

type News<N extends 'progress' | 'log'> = { readonly type: N } & z.infer<(typeof TOOL_CALL_EVENTS)[N]>
/** What the server says while the tool runs. */
export type ToolCallNews = News<'progress'> | News<'log'>
