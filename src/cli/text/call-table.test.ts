import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import { callSummaryTable, callTable } from './call-table.ts'

const TIME = '2026-01-01T00:00:00.000Z'
const view = { paint: plain, width: 200, now: Date.parse(TIME) }
const call = {
  id: 1,
  timestamp: TIME,
  token_id: 3,
  token_name: 'agent',
  endpoint: '/mcp',
  server_id: 7,
  server_name: 'github',
  method: 'tools/call',
  target: 'search',
  outcome: 'ok' as const,
  reason: null,
  waited_ms: 0,
  duration_ms: 12.3,
  bytes_in: 1,
  bytes_out: 2,
  client_version: '2026-07-28',
  server_version: null,
  trace_id: null,
}

test('a call says what was called, how it went, how long it took and by whom', () => {
  const rows = callTable(
    [call, { ...call, method: 'resources/read', target: 'file:///a\x1b[2J', outcome: 'refused', token_name: null }],
    view,
  ).split('\n')
  expect(rows.map((row) => row.trim().split(/ {2,}/).slice(-6))).toEqual([
    ['SERVER', 'CALLED', 'OUTCOME', 'TOOK', 'BY', 'AT'],
    ['github', 'search', 'ok', '12 ms', 'agent', '/mcp'],
    ['github', 'resources/read file:///a', 'refused', '12 ms', 'token 3', '/mcp'],
  ])
})

test('a summary has a line for each thing called, and no share where nothing was asked', () => {
  const traffic = { calls: 10, errors: 2, refused: 1, cancelled: 0, per_minute: 0.25, error_ratio: 0.2 }
  const times = { p50_ms: 3, p95_ms: 9, p99_ms: null }
  const about = { server_id: 7, server_name: 'github', method: 'tools/call', target: 'search' }
  const summary = { since: TIME, until: TIME, total: { ...traffic, ...times }, servers: [], callers: [], endpoints: [] }
  const [, row] = callSummaryTable({ ...summary, targets: [{ ...about, ...traffic, ...times }] }, view).split('\n')
  expect(row?.trim().split(/ {2,}/)).toEqual(['github', 'search', '10', '0.3', '2 (20 %)', '3 ms', '9 ms'])
})
