import { expect, test } from 'vitest'
import { UpstreamFault } from './channel.ts'
import { parseBounded } from './json-bounds.ts'

const limits = { maxBytes: 100, maxDepth: 3 }
const codeOf = (text: string): string => {
  try {
    parseBounded(text, limits, 'the reply')
    return 'accepted'
  } catch (error) {
    if (!(error instanceof UpstreamFault)) throw error
    expect(error.outcome).toBe('protocol')
    return error.failure.code
  }
}

test('text within the limits is read', () => {
  expect(parseBounded('{"a":[{"b":1}]}', limits, 'the reply')).toEqual({ a: [{ b: 1 }] })
})
test('the limit counts bytes, not characters', () => {
  expect(codeOf(JSON.stringify('a'.repeat(98)))).toBe('accepted')
  expect(codeOf(JSON.stringify('a'.repeat(99)))).toBe('response_too_large')
  expect(codeOf(JSON.stringify('é'.repeat(50)))).toBe('response_too_large')
})
test('what nests too deep is refused before it is parsed', () => {
  expect(codeOf('[[[1]]]')).toBe('accepted')
  expect(codeOf('[[[[')).toBe('invalid_response')
  expect(() => parseBounded('[[[[', limits, 'the reply')).toThrow('the reply nests deeper than 3 levels')
})
test('brackets inside strings do not count, escaped quotes do not end a string', () => {
  expect(codeOf(JSON.stringify(['[[[[', 'a"[[[[', 'b\\', '"\\"[[[[']))).toBe('accepted')
  expect(codeOf('["\\\\",[[[1]]]]')).toBe('invalid_response')
})
test('what is not JSON is an invalid response', () => {
  for (const text of ['', 'Listening on 3000', '{"a":', '"open']) expect(codeOf(text)).toBe('invalid_response')
})
