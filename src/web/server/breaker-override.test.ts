import { expect, test } from 'vitest'
import { draftOf, overrideOf } from './breaker-override.ts'

test.each([
  ['nothing of its own', null],
  ['a number', { failure_threshold: 3 }],
  ['what is off', { enabled: false, auto_disable_enabled: true, timeout_seconds: 60 }],
])('an override with %s comes out of the form as it went in', (_, override) => {
  expect(overrideOf(draftOf(override))).toEqual(override)
})
