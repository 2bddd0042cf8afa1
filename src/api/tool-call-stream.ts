import { EventSourceParserStream } from 'eventsource-parser/stream'
import { ApiError, type ClientDeps, type RequestOf, send } from './client.ts'
import { ROUTES } from './routes.ts'
import { TOOL_CALL_EVENTS, type ToolCallAnswer, type ToolCallNews } from './tool-call.ts'

/**
 * Runs a tool, and tells what the server says meanwhile; to abort `signal` cancels it there too. Rejects as the methods of
 * the client do.
 */
export async function streamToolCall(
  deps: ClientDeps,
  request: RequestOf<'callTool'>,
  heard: (news: ToolCallNews) => void,
): Promise<ToolCallAnswer> {
  const response = await send(deps, ROUTES.callTool, request, 'text/event-stream')
  if (!response.body) throw new TypeError('The answer has no body')
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  const reader = events.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) throw new TypeError('The stream ended before the result')
    const data: unknown = JSON.parse(value.data)
    if (value.event === 'progress') heard({ type: 'progress', ...TOOL_CALL_EVENTS.progress.parse(data) })
    else if (value.event === 'log') heard({ type: 'log', ...TOOL_CALL_EVENTS.log.parse(data) })
    else if (value.event === 'problem') throw new ApiError(TOOL_CALL_EVENTS.problem.parse(data))
    else if (value.event === 'result') return TOOL_CALL_EVENTS.result.parse(data)
  }
}
