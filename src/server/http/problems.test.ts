import { expect, test } from 'vitest'
import { Problem } from '../../api/problem.ts'
import { AppError, ERROR_CODES } from '../../core/errors.ts'
import { problemHeaders, toProblem } from './problems.ts'

test.each([
  ['bad_request', 400],
  ['unauthenticated', 401],
  ['forbidden', 403],
  ['not_found', 404],
  ['conflict', 409],
  ['precondition_failed', 412],
  ['too_large', 413],
  ['unsupported_media_type', 415],
  ['invalid_input', 422],
  ['rate_limited', 429],
  ['upstream_failed', 502],
  ['unavailable', 503],
  ['circuit_open', 503],
  ['upstream_timeout', 504],
] as const)('%s is answered %i', (code, status) => {
  expect(Problem.parse(toProblem(new AppError(code, 'why')))).toMatchObject({ status, code, detail: 'why' })
})

test('429 and 503 always say when to come back', () => {
  for (const code of ERROR_CODES) {
    const problem = toProblem(new AppError(code, 'why'))
    const waits = problem.status === 429 || problem.status === 503
    expect(problemHeaders(problem)['retry-after'] !== undefined).toBe(waits)
  }
  const problem = toProblem(new AppError('circuit_open', 'why', { retryAfterMs: 1_001 }))
  expect(problemHeaders(problem)['retry-after']).toBe('2')
  expect(toProblem(new AppError('rate_limited', 'why', { retryAfterMs: 0 })).retry_after_seconds).toBe(1)
})

test('a missing proof names the scheme that is wanted', () => {
  expect(problemHeaders(toProblem(new AppError('unauthenticated', 'why')))['www-authenticate']).toBe(
    'Bearer realm="omni2"',
  )
})

test('fields tell where in the input', () => {
  const fields = [{ path: 'servers.0.url', message: 'not a URL' }]
  expect(toProblem(new AppError('invalid_input', 'why', { fields })).errors).toEqual(fields)
})

test.each([
  new Error('planted'),
  new TypeError('planted'),
  'planted',
  undefined,
  { code: 'ECONNREFUSED', message: 'planted' },
])('a bug is shown as internal and nothing of it leaks: %s', (error) => {
  const problem = toProblem(error)
  expect(problem).toEqual({ type: 'about:blank', title: 'Internal error', status: 500, code: 'internal' })
})
