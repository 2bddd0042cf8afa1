import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../core/capabilities.ts'
import { headerValue, nameHeader, paramHeaderFault, paramHeaders, paramHeadersOf } from './header-values.ts'

describe('a text as a header', () => {
  test.each([
    ['echo', 'echo'],
    ['two words', 'two words'],
    ['', '=?base64??='],
    [' edge', '=?base64?IGVkZ2U=?='],
    ['naïve', '=?base64?bmHDr3Zl?='],
    ['a\r\nb: c', '=?base64?YQ0KYjogYw==?='],
    ['=?base64?x?=', '=?base64?PT9iYXNlNjQ/eD89?='],
  ])('%j is %s', (text, expected) => {
    expect(headerValue(text)).toBe(expected)
  })
})

test('the name header repeats what the method is about', () => {
  expect(nameHeader('tools/call', { name: 'echo' })).toBe('echo')
  expect(nameHeader('resources/read', { uri: 'file:///a' })).toBe('file:///a')
  expect(nameHeader('tools/list', { name: 'echo' })).toBeUndefined()
  expect(nameHeader('constructor', { name: 'echo' })).toBeUndefined()
})

test('arguments become headers where the schema asks for it, at any depth of properties', () => {
  const declared = paramHeadersOf({
    type: 'object',
    'x-mcp-header': 'Root',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      bad: { type: 'string', 'x-mcp-header': 'not a token' },
      deep: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
      list: { type: 'array', items: { 'x-mcp-header': 'Item' } },
    },
  })
  expect(declared.map(({ name }) => name)).toEqual(['Region', 'Count'])
  expect(paramHeaders(declared, { region: 'eu', deep: { count: 3 } })).toEqual({
    'mcp-param-region': 'eu',
    'mcp-param-count': '3',
  })
  expect(paramHeaders(declared, { region: null, deep: { count: 2 ** 60 } })).toEqual({})
})

describe('a tool whose arguments are wanted as headers', () => {
  const wanted = (header: string, type = 'string') => ({ type, 'x-mcp-header': header })
  const tool = (properties: JsonObject, rest: JsonObject = {}) => ({ type: 'object', properties, ...rest })

  test.each([
    ['no header', tool({ region: { type: 'string' } })],
    ['text', tool({ region: wanted('Region') })],
    ['numbers and switches', tool({ count: wanted('Count', 'integer'), dry: wanted('Dry', 'boolean') })],
    ['an argument within another', tool({ place: tool({ region: wanted('Region') }) })],
    ['a default that only looks like it', tool({ place: { type: 'object', default: { 'x-mcp-header': 'Region' } } })],
  ])('is kept with %s', (_what, schema) => {
    expect(paramHeaderFault(schema)).toBeUndefined()
  })

  test.each([
    ['an empty name', tool({ a: wanted('') })],
    ['a name that is none', tool({ a: wanted('My Region') })],
    ['no text as a name', tool({ a: { type: 'string', 'x-mcp-header': 7 } })],
    ['a fraction', tool({ a: wanted('A', 'number') })],
    ['an object', tool({ a: wanted('A', 'object') })],
    ['no type', tool({ a: { 'x-mcp-header': 'A' } })],
    ['one name twice', tool({ a: wanted('Region'), b: wanted('region') })],
    ['all arguments as one', { type: 'object', 'x-mcp-header': 'All' }],
    ['members of a list', tool({ a: { type: 'array', items: wanted('A') } })],
    ['what only some arguments have', tool({}, { anyOf: [tool({ a: wanted('A') })] })],
    ['what is referred to', tool({}, { $defs: { a: wanted('A') } })],
  ])('is left out with %s', (_what, schema) => {
    expect(paramHeaderFault(schema)).toMatch(/^wants/)
  })
})
