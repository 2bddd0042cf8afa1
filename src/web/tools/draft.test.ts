import { expect, test } from 'vitest'
import { draftFromForm, draftFromText, draftOf } from './draft.ts'

test('what the form says stands in the JSON, and what the JSON says in the form', () => {
  const schema = { properties: { a: { type: 'string' } } }
  const { text } = draftFromForm({ a: 'x', b: [1] }, schema)
  expect(draftFromText(text).value).toEqual({ a: 'x', b: [1] })
  expect(draftOf({ a: 'x', b: [1] }).text).toBe(text)
})

test('what was emptied in the form is left out', () => {
  const nested = { type: 'object', properties: { b: { type: 'string' } } }
  const schema = { required: ['needed'], properties: { optional: nested, needed: nested, map: { type: 'object' } } }
  const value = { a: undefined, optional: { b: undefined }, needed: { b: undefined }, map: {} }
  expect(draftFromForm(value, schema).value).toEqual({ needed: {}, map: {} })
})

test('no text at all means no arguments', () => expect(draftFromText(' \n').value).toEqual({}))

test.each([
  ['{"a":', /^This is not JSON yet: ./],
  ['[]', /must be a JSON object/],
  ['"a"', /must be a JSON object/],
  ['null', /must be a JSON object/],
])('%s is no arguments, and is kept as it was written', (text, why) => {
  const draft = draftFromText(text)
  expect(draft.value).toBeUndefined()
  expect(draft.unreadable).toMatch(why)
  expect(draft.text).toBe(text)
})
