import type { HealthResultView } from '../../api/check-view.ts'
import { latency } from '../../api/time-text.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'

/** The stages of a check one after the other: `dns 1 ms, connect failed after 2 ms`. */
export const stagesLine = ({ stages }: Pick<HealthResultView, 'stages'>, paint: Paint): string =>
  stages
    .map(({ stage, ok, ms }) => (ok ? `${stage} ${latency(ms)}` : paint.bad(`${stage} failed after ${latency(ms)}`)))
    .join(', ')

/** What came out of a check, in a few words; for a failure the error is told apart. */
export function checkFacts(result: HealthResultView): string {
  const tools = result.tool_count === null ? [] : [`${result.tool_count} ${result.tool_count === 1 ? 'tool' : 'tools'}`]
  const protocol = result.protocol_version === null ? [] : [`MCP ${oneLine(result.protocol_version)}`]
  const outcome = result.outcome === 'ok' ? [] : [result.outcome]
  return [latency(result.response_time_ms), ...tools, ...protocol, ...outcome].join(', ')
}

/** Why a check failed and what to do, as lines; none for one that passed. */
export function checkError({ error }: Pick<HealthResultView, 'error'>, paint: Paint): readonly string[] {
  if (!error) return []
  return [
    `${paint.bad(oneLine(error.message))} ${paint.quiet(`(${error.code} at ${error.stage})`)}`,
    `Next: ${oneLine(error.next_action)}`,
  ]
}
