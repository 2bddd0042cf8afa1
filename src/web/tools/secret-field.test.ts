import { expect, test } from 'vitest'
import { hasSecret, isSecretField } from './secret-field.ts'

test.each([
  ['password', { type: 'string' }],
  ['apiKey', { type: 'string' }],
  ['github_token', { type: 'string' }],
  ['api_key', { type: 'number' }],
  ['pin_secret', { type: 'integer' }],
  ['anything', { type: 'string', format: 'password' }],
  ['anything', { type: 'string', writeOnly: true }],
])('%s, said to be %j, is a secret', (name, schema) => expect(isSecretField(name, schema)).toBe(true))

test.each([
  ['max_tokens', { type: 'integer' }],
  ['path', { type: 'string' }],
  ['has_token', { type: 'boolean' }],
])('%s, said to be %j, is none', (name, schema) => expect(isSecretField(name, schema)).toBe(false))

test('a secret is found wherever it is filled in, also where the schema says nothing', () => {
  const schema = {
    properties: { login: { properties: { word: { format: 'password' } } }, all: { items: { writeOnly: true } } },
  }
  expect(hasSecret({ login: { word: 'x' } }, schema)).toBe(true)
  expect(hasSecret({ all: ['x'] }, schema)).toBe(true)
  expect(hasSecret({ any: [{ secret: 'x' }] }, schema)).toBe(true)
  expect(hasSecret({ login: { word: '' }, max_tokens: 5 }, schema)).toBe(false)
})
