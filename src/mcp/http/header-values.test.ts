import { describe, expect, test } from 'vitest'
import { headerValue, nameHeader, paramHeaders, paramHeadersOf } from './header-values.ts'

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
