import { expect, test } from 'vitest'
import { answer } from '../../../test/support/simulation.ts'
import { excused, unfinished } from './inconclusive.ts'

test.each(['connect', 'protocol'] as const)(
  'a failure (%s) measured while we were paused is inconclusive',
  (outcome) => {
    const result = answer(outcome)
    expect(excused(result)).toEqual({
      ...result,
      outcome: 'inconclusive',
      failure: {
        code: 'timeout',
        stage: 'handshake',
        message: 'Omni2 itself was paused during this check, so it says nothing about the server',
        nextAction: 'Nothing to do for this server. Give Omni2 more CPU if this repeats.',
      },
    })
  },
)

test.each(['ok', 'app_error', 'auth', 'throttled', 'cancelled'] as const)(
  'what a server said itself (%s) holds, however slow we were to hear it',
  (outcome) => {
    const result = answer(outcome)
    expect(excused(result)).toBe(result)
  },
)

test('a check that our own code did not finish says nothing of the server', () => {
  expect(unfinished(11_000)).toEqual({
    outcome: 'inconclusive',
    failure: {
      code: 'timeout',
      stage: 'handshake',
      message: 'The check did not come to an end in its time',
      nextAction: 'Nothing to do for this server. The log of Omni2 says more.',
    },
    stages: [],
    responseTimeMs: 11_000,
    identity: undefined,
    capabilities: undefined,
  })
})
