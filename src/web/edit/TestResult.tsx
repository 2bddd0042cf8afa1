import type { DiscoverAnswer } from '../../api/check-view.ts'
import { latency } from '../../api/time-text.ts'
import { StageList } from '../ui/StageList.tsx'
import classes from './ServerForm.module.css'

/** How a configuration that is not saved did: stage by stage, with what it offers or what to do. */
export function TestResult({
  answer: { health_result: result, server_info, capabilities },
}: {
  answer: DiscoverAnswer
}) {
  const { healthy, response_time_ms, protocol_version, stages, error } = result
  return (
    <div role="status" className={classes.result} data-tone={healthy ? 'good' : 'bad'}>
      <strong>{healthy ? `It works, in ${latency(response_time_ms)}` : 'It does not work'}</strong>
      <StageList stages={stages} />
      {error && (
        <span>
          {error.message} {error.next_action}
        </span>
      )}
      {healthy && (
        <span>
          {server_info ? `${server_info.name} ${server_info.version}, ` : ''}MCP {protocol_version},{' '}
          {capabilities?.tools.length ?? 0} tools, {capabilities?.prompts.length ?? 0} prompts,{' '}
          {capabilities?.resources.length ?? 0} resources
        </span>
      )}
    </div>
  )
}
