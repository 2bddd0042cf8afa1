import { expect, test } from 'vitest'
import { readRetryAfter } from './http-status.ts'

const NOW = Date.UTC(2026, 0, 1)

test.each([
  ['0', 0],
  [' 12 ', 12_000],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', undefined],
  ['99999999999999', undefined],
  ['-1', undefined],
  [undefined, undefined],
])('Retry-After %j is %s ms', (value, expected) => {
  expect(readRetryAfter(value, NOW)).toBe(expected)
})
