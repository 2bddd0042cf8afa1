import type { CheckResult, Failure } from '../check.ts'

const STALLED: Failure = {
  code: 'timeout',
  stage: 'handshake',
  message: 'Omni2 itself was paused during this check, so it says nothing about the server',
  nextAction: 'Nothing to do for this server. Give Omni2 more CPU if this repeats.',
}

const UNFINISHED: Failure = {
  code: 'timeout',
  stage: 'handshake',
  message: 'The check did not come to an end in its time',
  nextAction: 'Nothing to do for this server. The log of Omni2 says more.',
}

/** The same check with a failure that is not held against the server, since we were not able to measure. */
export function excused(result: CheckResult): CheckResult {
  if (result.outcome !== 'connect' && result.outcome !== 'protocol') return result
  return { ...result, outcome: 'inconclusive', failure: STALLED }
}

/** A check that our own code failed to finish. */
export const unfinished = (responseTimeMs: number): CheckResult => ({
  outcome: 'inconclusive',
  failure: UNFINISHED,
  stages: [],
  responseTimeMs,
  identity: undefined,
  capabilities: undefined,
})
