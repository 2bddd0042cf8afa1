import { expect, test } from 'vitest'
import { formSchema } from './form-schema.ts'

const field = (schema: object, required: readonly string[] = []) =>
  formSchema({ type: 'object', required, properties: { a: schema } }).properties?.a

test('an optional value that may be null, as pydantic writes it, is simply left out', () => {
  const optional = { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, title: 'A' }
  expect(field(optional)).toEqual({ type: 'string', title: 'A' })
  expect(field({ type: ['integer', 'null'], default: 3 })).toEqual({ type: 'integer', default: 3 })
})

test('a value that is required may still be null', () =>
  expect(field({ anyOf: [{ type: 'string' }, { type: 'null' }] }, ['a'])).toEqual({
    anyOf: [
      { type: 'string', title: 'string' },
      { type: 'null', title: 'null' },
    ],
  }))

test('several types are a choice, which may be left open when it is optional', () =>
  expect(field({ type: ['string', 'number'], description: 'Either' })).toEqual({
    description: 'Either',
    anyOf: [
      { type: 'null', title: 'Not set' },
      { type: 'string', title: 'string' },
      { type: 'number', title: 'number' },
    ],
  }))

test('members of a choice are named by what tells them apart', () => {
  const schema = field({
    oneOf: [{ properties: { kind: { const: 'circle' } } }, { title: 'Square', type: 'object' }, { const: 5 }],
  })
  expect(JSON.stringify(schema)).toMatch(/"title":"Not set".*"title":"kind: circle".*"title":"Square".*"title":"5"/)
})

test('an optional constant is one to choose', () => expect(field({ const: 'a' })).toEqual({ enum: ['a'] }))

test('what has no type is a field for JSON', () => {
  expect(field({})).toHaveProperty('$comment')
  expect(field({ type: 'array' })).toMatchObject({ type: 'array', items: { $comment: 'any JSON' } })
})

test('a tuple is a list with a kind for each place', () =>
  expect(field({ type: 'array', prefixItems: [{ type: 'string' }], items: false })).toMatchObject({
    items: [{ type: 'string' }],
    additionalItems: false,
  }))
