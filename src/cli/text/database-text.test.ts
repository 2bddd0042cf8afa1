import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import type { DatabaseReport } from '../../server/host/database.ts'
import { heldText, progressText, statusText } from './database-text.ts'

const view = { paint: plain, width: 100, now: 0 }
const report: DatabaseReport = {
  kind: 'sqlite',
  database: 'data/omni2.db',
  bytes: 3 * 1_024 ** 2,
  free_bytes: 1_024 ** 2,
  running: false,
  schema: { applied: ['first', 'second'], pending: [], unknown: [] },
  tables: [{ table: 'server', rows: 12_345 }],
  ok: true,
  damage: [],
}
const schemaLine = (schema: DatabaseReport['schema']) =>
  statusText({ ...report, schema }, view)
    .split('\n')
    .find((line) => line.startsWith('schema'))
    ?.slice('schema'.length)
    .trim()

test('status tells what is there', () => {
  expect(statusText(report, view)).toBe(`database   SQLite, data/omni2.db
size       3.0 MiB, 1.0 MiB of it unused
omni2      not running on it
schema     second, up to date
integrity  ✓ ok, all of it was read

TABLE     ROWS
server  12,345`)
})

test('status tells what is wrong, and what to do', () => {
  const text = statusText({ ...report, schema: null, tables: null, ok: false, damage: ['page 3 is\x1b[2J torn'] }, view)
  expect(text).toMatch(/✗ not whole\n +page 3 is torn\n +Next: .*omni2 restore <file>$/)
})

test.each([
  [
    { applied: ['first'], pending: ['second'], unknown: [] },
    'first; pending: second (omni2 db migrate, or the next start)',
  ],
  [
    { applied: ['first', 'third'], pending: [], unknown: ['third'] },
    'of a newer version of Omni2 (third): start that one',
  ],
  [{ applied: [], pending: ['first'], unknown: [] }, 'none: Omni2 was never started on it'],
  [null, 'cannot be read'],
])('a schema of %j is told', (schema, text) => {
  expect(schemaLine(schema)).toBe(text)
})

test('progress is a share where the whole is known, and rows where not', () => {
  expect(progressText({ doing: 'copying', pages: 999, of: 1_000 })).toBe('copying: 99 %')
  expect(progressText({ doing: 'verifying', table: 'event', rows: 1_200 })).toBe('verifying event: 1,200 rows')
})

test('what a database holds is told in numbers people know', () => {
  const tables = [
    { table: 'server', rows: 1 },
    { table: 'event', rows: 2_000 },
  ]
  expect(heldText(tables)).toBe('1 server, 2,000 events and 0 tokens')
})
