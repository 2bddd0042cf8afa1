import { afterAll, expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import type { Json, JsonObject } from '../../core/capabilities.ts'
import { outputSchemaVerdict } from './output-schema.ts'
import { SchemaThread } from './schema-thread.ts'

const clock = new FakeClock()
const schemas = new SchemaThread(clock)
afterAll(() => schemas.close())

const weather = {
  type: 'object',
  properties: { celsius: { type: 'number' }, at: { type: 'string', format: 'date-time' } },
  required: ['celsius'],
  additionalProperties: false,
}
const verdict = (outputSchema: Json | undefined, result: JsonObject) =>
  outputSchemaVerdict(result, outputSchema === undefined ? {} : { outputSchema }, schemas)
const fits = (outputSchema: Json, structuredContent: Json) => verdict(outputSchema, { structuredContent })

test('a tool without an output schema is its own case, and so is one that sends nothing structured', async () => {
  expect(await verdict(undefined, { structuredContent: { celsius: 1 } })).toMatchObject({ verdict: 'no_schema' })
  expect(await outputSchemaVerdict({}, undefined, schemas)).toMatchObject({ verdict: 'no_schema' })
  expect(await verdict(weather, { content: [] })).toMatchObject({ verdict: 'missing', errors: [] })
})

test('content that fits is valid, and all that does not is named with its place', async () => {
  expect(await fits(weather, { celsius: 1, at: '2026-11-22T12:00:00Z' })).toEqual({
    verdict: 'valid',
    detail: null,
    errors: [],
  })
  expect(await fits(weather, { celsius: 'warm', at: 'noon', wind: 3 })).toMatchObject({
    verdict: 'invalid',
    errors: expect.arrayContaining([
      { path: '/celsius', message: 'must be number' },
      { path: '/at', message: 'must match format "date-time"' },
      { path: '', message: 'must NOT have additional properties: wind' },
    ]),
  })
})

test('an error of the tool is not compared with what it answers otherwise', async () => {
  expect(await verdict(weather, { isError: true, content: [] })).toMatchObject({ verdict: 'unchecked' })
})

test('older drafts are understood, and what cannot be used says why', async () => {
  const draft7 = { $schema: 'http://json-schema.org/draft-07/schema#', definitions: { a: { type: 'string' } } }
  expect(await fits({ ...draft7, $ref: '#/definitions/a' }, 'text')).toMatchObject({ verdict: 'valid' })
  expect(await fits({ $ref: 'http://169.254.169.254/x' }, {})).toMatchObject({
    verdict: 'unchecked',
    detail: expect.stringContaining("can't resolve reference"),
  })
  expect(await fits({ type: 'thing' }, {})).toMatchObject({ verdict: 'unchecked' })
  expect(await fits('string', {})).toMatchObject({ verdict: 'unchecked' })
})

test('two tools may give their schemas the same name', async () => {
  expect(await fits({ $id: 'https://example.com/x', type: 'string' }, 'a')).toMatchObject({ verdict: 'valid' })
  expect(await fits({ $id: 'https://example.com/x', type: 'number' }, 'a')).toMatchObject({ verdict: 'invalid' })
})

test('a schema that never ends costs its own verdict, and not the next one', async () => {
  const slow = fits({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(40)}!`)
  const next = fits(weather, { celsius: 1 })
  await clock.advance(2_000)
  expect(await slow).toMatchObject({ verdict: 'unchecked', detail: expect.stringContaining('more than 2 s') })
  expect(await next).toMatchObject({ verdict: 'valid' })
})

test('a schema that eats memory ends its thread, and not this process', async () => {
  const items = { type: 'array', items: { type: 'string' } }
  const many = Array.from({ length: 3_000_000 }, () => 1)
  expect(await fits(items, many)).toMatchObject({ verdict: 'unchecked', detail: expect.stringContaining('failed') })
  expect(await fits(weather, { celsius: 1 })).toMatchObject({ verdict: 'valid' })
})
