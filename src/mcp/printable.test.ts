import { expect, test } from 'vitest'
import { printable } from './printable.ts'

test('text of an upstream is cut and loses what steers a terminal', () => {
  expect(printable('a\u001b[31mb\u202ec\nd')).toBe('a [31mb c d')
  expect(printable('x'.repeat(300), 10)).toBe(`${'x'.repeat(10)}...`)
})
