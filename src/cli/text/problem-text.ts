import type { Problem } from '../../api/problem.ts'
import { span } from '../../api/time-text.ts'
import { findingText } from './finding.ts'
import { oneLine } from './printable.ts'

/** A refusal of the server as lines: what is wrong, where, and what to do. */
export function problemLines(problem: Problem): readonly string[] {
  const fields = (problem.errors ?? []).map((error) => `  ${findingText(error)}`)
  const headline = oneLine(problem.detail ?? problem.title)
  return [headline, ...fields.filter((line) => !headline.includes(line.trim())), ...advice(problem)]
}

function advice(problem: Problem): readonly string[] {
  switch (problem.code) {
    case 'unauthenticated':
      return ['Sign in with: omni2 login', 'Lost the token? On the host of Omni2: omni2 token create --data-dir ./data']
    case 'forbidden':
      return ['Your token may not do this; an admin can make one that may: omni2 token create --role operator']
    case 'rate_limited':
    case 'unavailable':
    case 'circuit_open':
      return problem.retry_after_seconds === undefined
        ? []
        : [`Try again in ${span(problem.retry_after_seconds * 1_000)}.`]
    case 'precondition_failed':
      return ['Somebody changed it meanwhile: look again, then repeat.']
    default:
      return []
  }
}
