import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from '../core/capabilities.ts'
import type { CallRecord } from '../core/gateway/call-record.ts'
import { isObject } from './json-rpc.ts'

/** Which trace a request belongs to, as W3C Trace Context writes it in headers, and MCP in `_meta` (SEP-414). */
export type TraceContext = { readonly traceparent: string; readonly tracestate?: string }

/** A call as it begins. */
export type TracedCall = {
  readonly method: string
  readonly target: string | undefined
  /** What the client said. */
  readonly context: TraceContext | undefined
}

/** What is told of one call, beside its record, to where traces are gathered. */
export interface CallSpan {
  /** What the server is told: that this span is the parent of what it does. */
  readonly context: TraceContext
  readonly traceId: string
  end(call: CallRecord): void
}

export interface CallTracer {
  begin(call: TracedCall): CallSpan
}

const LONGEST = 512

/** What the client's headers say. */
export function headerContext({ traceparent, tracestate }: IncomingHttpHeaders): TraceContext | undefined {
  return traceparent === undefined ? undefined : contextOf(traceparent, tracestate)
}

/** What the client said in the request itself, which is nearer to it than what carried it. */
export function metaContext({ _meta }: JsonObject): TraceContext | undefined {
  return isObject(_meta) && _meta.traceparent !== undefined ? contextOf(_meta.traceparent, _meta.tracestate) : undefined
}

/** `params` with `context` in the place of the client's. */
export const withContext = (params: JsonObject, context: TraceContext): JsonObject => ({
  ...params,
  _meta: { ...(isObject(params._meta) ? params._meta : {}), ...context },
})

/** Of a `traceparent`; undefined when it is none. */
export const traceIdOf = (context: TraceContext | undefined): string | undefined =>
  context && /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(context.traceparent)?.[1]

function contextOf(traceparent: unknown, tracestate: unknown): TraceContext | undefined {
  if (!isText(traceparent)) return undefined
  return isText(tracestate) ? { traceparent, tracestate } : { traceparent }
}

/** It goes into a header. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST && /^[\x20-\x7e]+$/.test(value)

/** The tool or prompt by its name, or the URI of the resource. */
export const targetOf = ({ name, uri }: JsonObject): string | undefined =>
  typeof name === 'string' ? name : typeof uri === 'string' ? uri : undefined
