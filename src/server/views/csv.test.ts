import { expect, test } from 'vitest'
import { csvLine } from './csv.ts'

test('cells are quoted where they must be, and null is nothing', () => {
  expect(csvLine(['a', 1.5, null, 'b,c', 'say "hi"', 'two\nlines'])).toBe('a,1.5,,"b,c","say ""hi""","two\nlines"\r\n')
})

test.each(['=1+1', '+1', '-1', '@x', '\t=1', '\r=1'])('%j is no formula', (text) => {
  expect(csvLine([text])).toMatch(/^"?'/)
})

test('a number is a number, whatever its sign', () => {
  expect(csvLine([-1])).toBe('-1\r\n')
})
