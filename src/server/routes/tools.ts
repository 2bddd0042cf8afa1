import type { ToolCallAnswer } from '../../api/tool-call.ts'
import type { Clock } from '../../core/clock.ts'
import { type ServerId, serverId } from '../../core/ids.ts'
import type { Calls } from '../../core/watch/calls.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import { EventStream } from '../http/event-stream.ts'
import { toProblem } from '../http/problems.ts'
import { type HandlersOf, Streamed } from '../http/register-routes.ts'
import { outputSchemaVerdict } from '../output-schema/output-schema.ts'
import type { SchemaThread } from '../output-schema/schema-thread.ts'
import { toolCallAnswer, toolCallNews } from '../views/tool-call.ts'

type Deps = {
  readonly fleet: Fleet
  readonly calls: Calls
  readonly schemas: SchemaThread
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

type Call = Parameters<Calls['callTool']>[1]

/** Tools, tried out by people. */
export function toolHandlers({ fleet, calls, schemas, clock, onError }: Deps) {
  const run = async (id: ServerId, call: Call, signal: AbortSignal): Promise<ToolCallAnswer> => {
    const startedAt = clock.wall()
    const { result, waitedMs } = await calls.callTool(id, call, signal)
    const definition = fleet.find(id)?.capabilities?.value.tools.find(({ name }) => name === call.tool)?.definition
    const agreement =
      result.outcome === 'ok' ? await outputSchemaVerdict(result.result, definition, schemas) : undefined
    return toolCallAnswer({ serverId: id, tool: call.tool, startedAt, waitedMs, call: result, agreement })
  }
  return {
    async callTool({ params, body, principal, headers, signal }) {
      const id = serverId(params.id)
      const call = { tool: params.tool, args: body.arguments, principal: `token ${principal.rootId}` }
      if (!headers.accept?.includes('text/event-stream')) return await run(id, call, signal)

      const events = new EventStream(clock)
      const heard: Call['heard'] = (news) => {
        const { type, ...told } = toolCallNews(news)
        events.tell(type, told)
      }
      const ended = run(id, { ...call, heard }, signal)
      try {
        // Who is refused before anything happened gets a problem like everywhere.
        await Promise.race([events.begun, ended])
      } catch (error) {
        events.body.destroy()
        throw error
      }
      const fail = (error: unknown) => {
        const problem = toProblem(error)
        if (problem.code === 'internal') onError(error)
        events.end('problem', problem)
      }
      void ended.then((answer) => events.end('result', answer), fail)
      return new Streamed('text/event-stream; charset=utf-8', events.body)
    },
  } satisfies HandlersOf<'callTool'>
}
