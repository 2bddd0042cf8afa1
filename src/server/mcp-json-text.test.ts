import { expect, test } from 'vitest'
import { parseMcpJsonText } from './mcp-json-text.ts'

test('comments and trailing commas are allowed, and text that looks like them is kept', () => {
  const text = '\uFEFF{ // one\n "url": "https://h/*x*/?a=1,//", /* "b": 2 */ "args": ["a", "b",], }'
  expect(parseMcpJsonText(text)).toEqual({ url: 'https://h/*x*/?a=1,//', args: ['a', 'b'] })
})

test('what is not JSON is refused with its line and without its text', () => {
  const parse = () => parseMcpJsonText('{\n  "a": "planted-secret" "b"\n}')
  expect(parse).toThrow('Not JSON: see line 2')
  expect(() => parseMcpJsonText('planted-secret')).not.toThrow('planted')
  expect(() => parseMcpJsonText('')).toThrow('Not JSON')
})

test('a key that stands twice is refused', () => {
  expect(() => parseMcpJsonText('{"mcpServers": {"a": {"command": "x", "command": "y"}}}')).toThrow('stands twice')
})

/** What took the square of a megabyte of steps would not come to an end before the test runner gives up. */
test('a megabyte of brackets or backslashes is refused', () => {
  expect(() => parseMcpJsonText('['.repeat(1_000_000))).toThrow('levels deep')
  expect(() => parseMcpJsonText(`"${'\\'.repeat(1_000_000)}`)).toThrow()
})
