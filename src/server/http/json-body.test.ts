import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findJsonTrap } from './json-body.ts'

test.each([
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '{"x":{"a":1,"b":[{"c":1,"c":2}]}}',
  '[{"a":1,"a":1}]',
  '{"name":1,"Name":2}',
  '{"a\\"":1,"a\\"":2}',
  '{"a":"\\\\","a":1}',
  '['.repeat(101),
])('%s is a trap', (text) => {
  expect(findJsonTrap(text)).toBeDefined()
})

test.each([
  '{"a":{"a":{"a":1}},"b":["a","a"],"c":"a"}',
  '{"env":{"Path":"1","PATH":"2"}}',
  '[{"a":1},{"a":1}]',
  '{"a":"{\\"b\\":1,\\"b\\":2}"}',
  '{"a":"\\\\","b":"\\\\\\""}',
  '""',
  '"unended',
  '{"unended',
  '}{',
  '',
])('%s is none', (text) => {
  expect(findJsonTrap(text)).toBeUndefined()
})

test('an object of more keys than anyone writes is a trap', () => {
  const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":{}`).join()}}`
  expect(findJsonTrap(keys(5_000))).toBeUndefined()
  expect(findJsonTrap(`[${keys(5_001)}]`)).toBe('An object has more than 5000 keys')
})

test('no JSON that a serialiser writes is a trap', () => {
  fc.assert(
    fc.property(fc.array(fc.json({ maxDepth: 5 }), { maxLength: 5 }), (values) => {
      expect(findJsonTrap(`[${values.join(',')}]`)).toBeUndefined()
    }),
  )
})
