import { expect, test } from 'vitest'
import { plainSchema } from './plain-schema.ts'

test('a reference becomes what it means, with what stands beside it', () => {
  const { schema, unchecked } = plainSchema({
    type: 'object',
    properties: { size: { $ref: '#/$defs/a~1b', description: 'How large' } },
    $defs: { 'a/b': { type: 'integer', minimum: 1, description: 'Any' } },
  })
  expect(schema).toEqual({
    type: 'object',
    properties: { size: { type: 'integer', minimum: 1, description: 'How large' } },
  })
  expect(unchecked).toEqual([])
})

test('where a schema contains itself, anything goes', () => {
  const { schema, unchecked } = plainSchema({
    properties: { tree: { $ref: '#/$defs/Node' } },
    $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node', title: 'Next' } } } },
  })
  expect(schema).toEqual({
    type: 'object',
    properties: { tree: { type: 'object', properties: { next: { title: 'Next' } } } },
  })
  expect(unchecked).toEqual(['#/$defs/Node, which contains itself'])
})

test('references that double with each level end at the limit', () => {
  const levels = Array.from({ length: 40 }, (_, level) => [
    `L${level}`,
    { anyOf: [{ $ref: `#/$defs/L${level + 1}` }, { $ref: `#/$defs/L${level + 1}` }] },
  ])
  const bomb = { properties: { a: { $ref: '#/$defs/L0' } }, $defs: Object.fromEntries(levels) }
  expect(plainSchema(bomb).isHuge).toBe(true)
})

test('nesting without end is cut', () => {
  let deep: object = { type: 'string' }
  for (let level = 0; level < 5_000; level++) deep = { type: 'object', properties: { a: deep } }
  const text = JSON.stringify(plainSchema(deep).schema)
  expect(text.length).toBeLessThan(5_000)
})

test('what lies elsewhere is not fetched and not checked', () => {
  const { schema, unchecked } = plainSchema({ properties: { a: { $ref: 'https://example.com/schema.json' } } })
  expect(schema).toEqual({ type: 'object', properties: { a: {} } })
  expect(unchecked).toEqual(['https://example.com/schema.json, which is not in the schema'])
})

test('a pattern that could take for ever is left to the server', () => {
  const { schema, unchecked } = plainSchema({ properties: { a: { type: 'string', pattern: '^(a+)+$' } } })
  expect(schema).toEqual({ type: 'object', properties: { a: { type: 'string' } } })
  expect(unchecked).toEqual(['the pattern ^(a+)+$'])
})

test.each([[undefined], [true], ['object'], [[]], [{ properties: 5, required: 'a' }]])(
  'what is no schema, such as %j, takes any object',
  (schema) => expect(plainSchema(schema).schema).toMatchObject({ type: 'object' }),
)

test('names from the prototype of every object are names like others', () => {
  const hostile = JSON.parse('{"properties":{"__proto__":{"type":"string"},"a":{"$ref":"#/constructor"}}}')
  expect(plainSchema(hostile).unchecked).toEqual(['#/constructor, which is not in the schema'])
})
