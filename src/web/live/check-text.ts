import type { HealthCheckAnswer } from '../../api/check-view.ts'
import { latency } from '../../api/time-text.ts'
import { STATUS_LOOK } from '../ui/status-look.ts'
import type { Tone } from '../ui/theme.ts'

/** What a check on demand found, for who asked for it. */
export function checkText({ server_name, health_status, health_result }: HealthCheckAnswer) {
  const { healthy, response_time_ms, tool_count, error } = health_result
  const tone: Tone = healthy ? 'good' : 'bad'
  const tools = tool_count === null ? '' : `, ${tool_count} tools`
  return {
    tone,
    title: `${server_name}: ${healthy ? 'answered' : STATUS_LOOK[health_status].label.toLowerCase()}`,
    detail: error ? `${error.message}. ${error.next_action}` : `${latency(response_time_ms)}${tools}`,
  }
}
