import {
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import { isError } from '../../core/gateway/call-history.ts'
import type { CallRecord } from '../../core/gateway/call-record.ts'
import type { CallSpan, CallTracer, TraceContext, TracedCall } from '../../mcp/call-trace.ts'

type Deps = {
  readonly serviceName: string | undefined
  readonly version: string
  /** How long spans are gathered before they are sent. */
  readonly delayMs: number | undefined
  readonly log: Pick<Logger, 'info' | 'warn'>
}

export type Tracing = {
  readonly tracer: CallTracer
  /** Sends what is left, if that takes no longer than 2 s. */
  readonly close: () => Promise<void>
}

const PATIENCE_MS = 2_000

/** Sends a span of each call by OTLP over HTTP. The exporter reads where to, and with which headers, from the environment. */
export function startTracing({ serviceName = 'omni2', version, delayMs, log }: Deps): Tracing {
  const resource = resourceFromAttributes({ 'service.name': serviceName, 'service.version': version })
  const provider = new TracerProvider({
    resource: resource.merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: toldOnce(new OTLPTraceExporter(), log),
        ...(delayMs !== undefined && { scheduledDelayMillis: delayMs }),
      }),
    ],
  })
  const tracer = provider.getTracer('omni2', version)
  return {
    tracer: {
      begin({ method, target, context }: TracedCall): CallSpan {
        const attributes = { 'mcp.method.name': method, ...named(method, target) }
        const isNamed = target !== undefined && !method.startsWith('resources/')
        const name = isNamed ? `${method} ${target}` : method
        const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parentOf(context))
        const { traceId } = span.spanContext()
        return { context: contextOf(span), traceId, end: (call) => end(span, call) }
      },
    },
    close: () =>
      Promise.race([provider.shutdown(), new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]),
  }
}

/** What is sent fails in silence, but for the first time in a row: calls go on whether anybody gathers traces or not. */
function toldOnce(exporter: SpanExporter, log: Deps['log']): SpanExporter {
  let isFailing = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== 0
        if (failed && !isFailing) log.warn({ err: result.error }, 'traces cannot be sent; calls go on without')
        if (!failed && isFailing) log.info('traces are sent again')
        isFailing = failed
        done(failed ? { code: 0 } : result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}

function end(span: Span, call: CallRecord): void {
  const { outcome, reason } = call
  span.setAttributes({
    'mcp.protocol.version': call.clientVersion,
    'omni2.server': call.server,
    'omni2.endpoint': call.endpoint,
    'omni2.outcome': outcome,
    'omni2.waited_ms': call.waitedMs,
  })
  if (isError(outcome)) {
    span.setAttribute('error.type', outcome === 'app_error' && call.method === 'tools/call' ? 'tool_error' : outcome)
    span.setStatus({ code: SpanStatusCode.ERROR, ...(reason !== undefined && { message: reason }) })
  }
  span.end()
}

/** As the semantic conventions for MCP name what was called. */
function named(method: string, target: string | undefined): Readonly<Record<string, string>> {
  if (target === undefined) return {}
  if (method === 'tools/call') return { 'gen_ai.tool.name': target, 'gen_ai.operation.name': 'execute_tool' }
  return method === 'prompts/get' ? { 'gen_ai.prompt.name': target } : { 'mcp.resource.uri': target }
}

/** The client's span; a trace of its own begins when there is none. */
function parentOf(context: TraceContext | undefined) {
  const [, traceId, spanId, flags] = PARENT.exec(context?.traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT
  const traceState = context?.tracestate === undefined ? undefined : createTraceState(context.tracestate)
  const traceFlags = Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...{ traceId, spanId, traceFlags, isRemote: true },
    ...(traceState && { traceState }),
  })
}

/** https://www.w3.org/TR/trace-context/#traceparent-header; a later version may have more behind it. */
const PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/

function contextOf(span: Span): TraceContext {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const traceparent = `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`
  const tracestate = traceState?.serialize()
  return tracestate ? { traceparent, tracestate } : { traceparent }
}
