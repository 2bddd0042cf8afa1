import type { OutputSchemaView, ToolCallAnswer, ToolCallNews } from '../../api/tool-call.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { ServerId } from '../../core/ids.ts'
import type { CallNews, CallResult } from '../../core/ports.ts'
import { errorView } from './check.ts'
import { iso } from './time.ts'

/** A call that ended; `agreement` is undefined for one without a result. */
export type Ended = {
  readonly serverId: ServerId
  readonly tool: string
  readonly startedAt: Timestamp
  readonly waitedMs: number
  readonly call: CallResult
  readonly agreement: OutputSchemaView | undefined
}

export const toolCallAnswer = ({ serverId, tool, startedAt, waitedMs, call, agreement }: Ended): ToolCallAnswer => ({
  server_id: serverId,
  tool,
  outcome: call.outcome,
  duration_ms: call.durationMs,
  result: call.outcome === 'ok' ? call.result : null,
  rpc_error: call.outcome === 'app_error' ? call.error : null,
  error: errorView('failure' in call ? call.failure : undefined),
  is_error: call.outcome === 'ok' && call.result.isError === true,
  output_schema: agreement ?? null,
  timing: {
    started_at: iso(startedAt),
    waited_ms: tenths(waitedMs),
    prepared_ms: call.exchange?.preparedMs ?? null,
    answered_ms: call.exchange ? tenths(call.durationMs - call.exchange.preparedMs) : null,
  },
  raw: { request: call.exchange?.request ?? null, response: call.exchange?.response ?? null },
})

export const toolCallNews = (news: CallNews): ToolCallNews =>
  news.type === 'progress'
    ? { type: 'progress', progress: news.progress, total: news.total ?? null, message: news.message ?? null }
    : { type: 'log', level: news.level, logger: news.logger ?? null, data: news.data }

const tenths = (ms: number): number => Math.round(ms * 10) / 10
