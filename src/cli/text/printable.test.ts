import { expect, test } from 'vitest'
import { jsonText, manyLines, oneLine } from './printable.ts'

test('sequences a terminal acts on are gone as a whole', () => {
  expect(oneLine('a\x1b[31mred\x1b[0m\x1b]0;title\x07b')).toBe('aredb')
  expect(oneLine('\x1b]8;;http://evil.test\x1b\\link\x1b]8;;\x1b\\')).toBe('link')
  expect(oneLine('\u009b2Jx')).toBe('x')
})

test('what reorders or hides text is gone', () => {
  expect(oneLine('a\u202egnp.exe')).toBe('agnp.exe')
  expect(oneLine('a\u2066b\u2069\u200bc\ufeffd\u{e0041}')).toBe('abcd')
})

test('a text of others cannot begin a line of its own', () => {
  expect(oneLine('ok\r\n✓ healthy\u2028x\tb')).toBe('ok ✓ healthyx b')
})

test('many lines keep their breaks and lose the rest', () => {
  expect(manyLines('a\r\nb\rc\td\x00\x08')).toBe('a\nb\nc\td')
})

test('scripts and emoji that need joiners stay as they are', () => {
  expect(oneLine('👩‍👩‍👧 می‌خواهم')).toBe('👩‍👩‍👧 می‌خواهم')
})

test('half of a character does no harm', () => {
  expect(oneLine('a\ud800b')).toBe('a\ufffdb')
})

test('JSON says the same with nothing for a terminal to act on', () => {
  const value = { a: '\x1b[31m\u009b\u202e\u{e0041}', b: [1] }
  const text = jsonText(value)
  expect(text).toMatch(/^[\n\x20-\x7e]*$/)
  expect(JSON.parse(text)).toEqual(value)
})
