import type { HealthCheckAnswer, HealthResultView } from '../../api/check-view.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'
import { checkError, checkFacts, stagesLine } from './stages.ts'
import { type Status, statusMark } from './status-mark.ts'

export type Checked = {
  readonly name: string
  /** What the server's status is after the check; of a config that is not saved, what it would be. */
  readonly status: Status
  readonly previous?: Status
  readonly result: HealthResultView
}

/** A check of one server for people: what it is now, its stages, and what to do when it failed. */
export function checkText({ name, status, previous, result }: Checked, paint: Paint): string {
  const before = previous !== undefined && previous !== status ? paint.quiet(` (was ${previous})`) : ''
  const lines = [stagesLine(result, paint), ...checkError(result, paint), ...disagreement(status, result)]
  return [
    `${statusMark(status, paint)}  ${paint.strong(oneLine(name))}${before}  ${paint.quiet(checkFacts(result))}`,
    ...lines.filter((line) => line !== '').map((line) => `  ${line}`),
  ].join('\n')
}

/** As `checkText`, of what a running Omni2 answered. */
export const answerText = (answer: HealthCheckAnswer, paint: Paint): string => {
  const { server_name: name, health_status: status, previous_status: previous, health_result: result } = answer
  return checkText({ name, status, previous, result }, paint)
}

/** A check that passed on a server that is down until it passed again, or failed on one that is not down yet. */
function disagreement(status: Status, result: HealthResultView): readonly string[] {
  if (status === 'disabled') return ['The server is disabled: this check only looked at it.']
  if (result.healthy && status !== 'healthy') return [`This check passed; ${status} until another one passes.`]
  if (!result.healthy && status === 'healthy') return ['This check failed; healthy until failures repeat.']
  return []
}
