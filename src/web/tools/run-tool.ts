import type { RequestOf } from '../../api/client.ts'
import type { ToolCallNews } from '../../api/tool-call.ts'
import { streamToolCall } from '../../api/tool-call-stream.ts'

/** Runs a tool, and tells what its server says meanwhile. To abort the signal cancels it there too. */
export const runTool = (request: RequestOf<'callTool'>, heard: (news: ToolCallNews) => void) =>
  streamToolCall({ baseUrl: '' }, request, heard)
