import { expect, test } from 'vitest'
import { problemLines } from './problem-text.ts'

const problem = { type: 'about:blank', title: 'Invalid input', status: 422, code: 'invalid_input' } as const

test('what is wrong comes first, then where', () => {
  const errors = [
    { path: 'url', message: 'Not a URL' },
    { path: '', message: 'Give one of url and command' },
  ]
  expect(problemLines({ ...problem, detail: 'Two things are wrong', errors })).toEqual([
    'Two things are wrong',
    '  url: Not a URL',
    '  Give one of url and command',
  ])
})

test('what the headline says already is not said again', () => {
  const errors = [{ path: 'name', message: 'is taken' }]
  expect(problemLines({ ...problem, detail: 'name: is taken', errors })).toEqual(['name: is taken'])
})

test('who is not signed in is told how', () => {
  expect(problemLines({ ...problem, code: 'unauthenticated' }).join('\n')).toContain('omni2 login')
})

test('who must wait is told how long', () => {
  expect(problemLines({ ...problem, code: 'rate_limited', retry_after_seconds: 42 })).toContain('Try again in 42s.')
})
