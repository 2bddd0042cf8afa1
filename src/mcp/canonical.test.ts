import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../core/capabilities.ts'
import { canonicalJson, extentOf, sha256 } from './canonical.ts'

test('the order of keys does not matter, that of items does', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}')
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]))
})

test('canonical text reads back as the same value', () => {
  const value = fc.jsonValue().map((json) => JSON.parse(JSON.stringify(json)))
  fc.assert(
    fc.property(value, (json) => {
      expect(JSON.parse(canonicalJson(json))).toEqual(json)
    }),
  )
})

test('a hash is 64 hexadecimal digits', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('depth is measured without recursion', () => {
  const nested = (levels: number) => Array.from({ length: levels }).reduce<Json>((inner) => [inner], 0)
  expect(extentOf(nested(64), 64)).toEqual({ values: 65, bytes: 65 * 32, tooDeep: false })
  expect(extentOf(nested(65), 64).tooDeep).toBe(true)
  expect(extentOf(nested(100_000), 64).tooDeep).toBe(true)
  expect(extentOf('text', 0)).toEqual({ values: 1, bytes: 36, tooDeep: false })
})
