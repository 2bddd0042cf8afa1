import { expect, test } from 'vitest'
import { CliError } from './exit-code.ts'
import { argumentsFromJson, argumentsFromPairs } from './tool-arguments.ts'

const schema = {
  type: 'object',
  properties: {
    path: { type: 'string' },
    limit: { type: 'integer' },
    deep: { type: 'boolean' },
    tags: { type: 'array' },
    at: { type: ['number', 'null'] },
    any: {},
  },
}

test('values are read as the tool wants them', () => {
  expect(argumentsFromPairs(['path=123', 'limit=5', 'deep=true', 'tags=["a"]', 'at=null', 'any=1'], schema)).toEqual({
    path: '123',
    limit: 5,
    deep: true,
    tags: ['a'],
    at: null,
    any: '1',
  })
})

test('a value may hold "=" and lines, and be empty', () => {
  expect(argumentsFromPairs(['path=a=b\nc', 'any='], schema)).toEqual({ path: 'a=b\nc', any: '' })
})

test(':= is always JSON', () => {
  expect(argumentsFromPairs(['any:={"a":[1]}', 'path:=null'], schema)).toEqual({ any: { a: [1] }, path: null })
})

test('without a schema everything is text', () => {
  expect(argumentsFromPairs(['a=1'], undefined)).toEqual({ a: '1' })
  expect(argumentsFromPairs(['a=1'], { properties: 'broken' })).toEqual({ a: '1' })
})

test.each([['limit=1.5'], ['limit=five'], ['deep=1'], ['tags={}'], ['any:={'], ['novalue'], ['=x']])(
  'what cannot be read so is refused: %s',
  (pair) => {
    expect(() => argumentsFromPairs([pair], schema)).toThrow(CliError)
  },
)

test('a key that programs trip over stays a key', () => {
  const args = argumentsFromPairs(['__proto__=x'], schema)
  expect(Object.hasOwn(args, '__proto__')).toBe(true)
})

test('JSON arguments are an object or nothing', () => {
  expect(argumentsFromJson('{"a":1}')).toEqual({ a: 1 })
  expect(() => argumentsFromJson('[1]')).toThrow('not a JSON object')
  expect(() => argumentsFromJson('{a:1}')).toThrow('not JSON')
})
