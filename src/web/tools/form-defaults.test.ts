import { expect, test } from 'vitest'
import { defaultArguments } from './form-defaults.ts'
import { formSchema } from './form-schema.ts'

const defaults = (properties: object, required: readonly string[] = []) =>
  defaultArguments(formSchema({ type: 'object', required, properties }))

test('arguments begin with the defaults of the schema, also those within', () =>
  expect(
    defaults({
      limit: { type: 'integer', default: 5 },
      name: { type: 'string' },
      flag: { type: 'boolean', default: false },
      where: { type: 'object', properties: { a: { type: 'string', default: 'x' }, b: { type: 'string' } } },
      none: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
    }),
  ).toEqual({ limit: 5, flag: false, where: { a: 'x' } }))

test('a constant that is required is filled in', () =>
  expect(defaults({ kind: { const: 'a' } }, ['kind'])).toEqual({ kind: 'a' }))

test('nothing is made up', () =>
  expect(defaults({ a: { type: 'string' }, list: { type: 'array', items: { type: 'string' } } })).toEqual({}))

test('a choice is left open, whether it is required or not', () => {
  const circle = { type: 'object', required: ['kind'], properties: { kind: { const: 'circle' } } }
  const area = { oneOf: [circle, { type: 'string' }] }
  expect(defaults({ area })).toEqual({})
  expect(defaults({ area }, ['area'])).toEqual({})
})
