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
test('what holds too many values is refused before it is parsed', () => {
  const wide = { maxBytes: 4_194_304, maxDepth: 3 }
  const many = (unit: string, count: number) => () =>
    parseBounded(`[${Array.from({ length: count }, () => unit).join()}]`, wide, 'the reply')
  expect(many('0', 200_000)()).toHaveLength(200_000)
  for (const unit of ['0', '[]', '{"a":0}', '""']) expect(many(unit, 300_000)).toThrow('holds more than 250000 values')
  expect(many('",,,,,,,,[[[["', 200_000)()).toHaveLength(200_000)
})
test('brackets inside strings do not count, escaped quotes do not end a string', () => {
  expect(codeOf(JSON.stringify(['[[[[', 'a"[[[[', 'b\\', '"\\"[[[[']))).toBe('accepted')
  expect(codeOf('["\\\\",[[[1]]]]')).toBe('invalid_response')
})
test('what is not JSON is an invalid response', () => {
  for (const text of ['', 'Listening on 3000', '{"a":', '"open']) expect(codeOf(text)).toBe('invalid_response')
})
