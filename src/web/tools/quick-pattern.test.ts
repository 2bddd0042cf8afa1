import { expect, test } from 'vitest'
import { isQuickPattern, MAX_MATCHED_LENGTH } from './quick-pattern.ts'

test.each([
  '^\\d{4}-\\d{2}-\\d{2}$',
  '^[^@]+@[^@]+\\.[a-z]+$',
  '^(?:asc|desc)$',
  '^[a-z0-9_.-]{1,64}$',
  '^v?\\d+\\.\\d+$',
])('the pattern %s of everyday is held against what is typed', (pattern) => expect(isQuickPattern(pattern)).toBe(true))

test.each([
  ['a repeated group', '^(a+)+$'],
  ['a group repeated by count', '^(a|aa){10,100}$'],
  ['many repetitions', 'a*a*a*a*a*b'],
  ['many bounded repetitions', '^a{0,90}a{0,90}a{0,90}a{0,90}a{0,90}b$'],
  ['many optional parts', `^${'a?'.repeat(40)}b$`],
  ['many alternatives', `^${'(a|a)'.repeat(40)}b$`],
  ['a reference back', '^(a*)\\1$'],
  ['no pattern', '('],
  ['something else', 7],
])('%s could take for ever', (_, pattern) => expect(isQuickPattern(pattern)).toBe(false))

test('the slowest pattern that is let through does not hold the page up', () => {
  const slow = '^[^@]*[^@]*[^@]*@$'
  expect(isQuickPattern(slow)).toBe(true)
  expect(new RegExp(slow, 'u').test('a'.repeat(MAX_MATCHED_LENGTH))).toBe(false)
})
