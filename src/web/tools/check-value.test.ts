import { expect, test } from 'vitest'
import { flawsOf, flawText } from './check-value.ts'

const texts = (value: unknown, schema: object) => flawsOf(value, { ...schema })?.map(flawText)

test('what is missing and what is wrong is said in a line each, where it is', () => {
  const schema = {
    type: 'object',
    required: ['path', 'items'],
    properties: {
      path: { type: 'string' },
      items: { type: 'array', items: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } } },
      mode: { enum: ['r', 'w'] },
    },
  }
  expect(texts({ items: [{ id: 1 }, {}, { id: 'x' }], mode: 'a' }, schema)).toEqual([
    'path is required',
    'items #2 id is required',
    'items #3 id must be integer',
    'mode is not one of what may be chosen',
  ])
})

test('a value that fits has no flaw', () =>
  expect(texts({ a: 1 }, { properties: { a: { type: 'number' } } })).toEqual([]))

test('a choice that nothing fits is one flaw, not one for each member', () => {
  const schema = { properties: { a: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] } } }
  expect(texts({ a: 5 }, schema)).toEqual(['a fits none of the choices'])
})

test('names that nobody knows are flaws where the schema says so', () =>
  expect(texts({ b: 1 }, { properties: {}, additionalProperties: false })).toEqual(['b is not allowed here']))

test('tuples and constants are those of the schema that says which draft it is', () => {
  expect(texts({ a: [1, 2] }, { properties: { a: { prefixItems: [{ type: 'string' }] } } })).toEqual([
    'a #1 must be string',
  ])
  const old = { $schema: 'http://json-schema.org/draft-07/schema#', properties: { a: { items: [{ const: 'x' }] } } }
  expect(texts({ a: ['y'] }, old)).toEqual(['a #1 is not one of what may be chosen'])
})

test('a schema that cannot be read says nothing', () =>
  expect(flawsOf({ a: 1 }, { required: 5, properties: { a: { pattern: '(' } } })).toBeUndefined())

test('a long text is left to the server, and what stands beside it is checked', () => {
  const schema = { required: ['b'], properties: { 'a/b': { type: 'string', pattern: '^[^@]*[^@]*[^@]*@$' } } }
  expect(texts({ 'a/b': 'a'.repeat(1_000_000) }, schema)).toEqual(['b is required'])
})

test('formats are told by name', () =>
  expect(texts({ a: 'nobody' }, { properties: { a: { type: 'string', format: 'email' } } })).toEqual(['a is no email']))
