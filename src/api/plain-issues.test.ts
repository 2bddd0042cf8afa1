import { expect, test } from 'vitest'
import { z } from 'zod'
import './plain-issues.ts'

const said = (schema: z.ZodType, value: unknown): string | undefined =>
  schema.safeParse(value).error?.issues[0]?.message

test.each([
  [z.string(), undefined, 'Is missing'],
  [z.string(), 7, 'Must be text'],
  [z.int(), 1.5, 'Must be a whole number'],
  [z.array(z.string()), {}, 'Must be a list'],
  [z.enum(['http', 'stdio']), 'ftp', 'Must be one of http, stdio'],
  [z.string().max(48), 'a'.repeat(49), 'Must have at most 48 characters'],
  [z.string().min(1), '', 'Must not be empty'],
  [z.array(z.string()).max(1), ['a', 'b'], 'Must have at most 1 entries'],
  [z.number().max(300), 301, 'Must be at most 300'],
  [z.number().min(5), 4, 'Must be at least 5'],
  [z.number().gt(0), 0, 'Must be more than 0'],
  [z.strictObject({}), { extra: 1, more: 2 }, 'Unknown: extra, more'],
  [z.url(), 'here', 'Invalid URL'],
])('what does not fit is said in plain words: %#', (schema, value, words) => {
  expect(said(schema, value)).toBe(words)
})
