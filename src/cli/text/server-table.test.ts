import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import { aServerView } from '../../../test/support/wire-samples.ts'
import { paintFor } from './paint.ts'
import { serverSummary, serverTable } from './server-table.ts'
import { cells } from './width.ts'

const now = Date.parse('2026-11-22T12:00:00.000Z')
const healthy = aServerView(1, {
  name: 'files',
  since: '2026-11-22T11:57:00.000Z',
  last_health_check: '2026-11-22T11:59:48.000Z',
  next_check_at: '2026-11-22T12:00:48.000Z',
  response_time_ms: 18,
  tool_count: 12,
})
const down = aServerView(2, {
  name: 'github',
  health_status: 'circuit_open',
  badges: ['flapping', 'auth_required'],
  reason_code: 'connect_refused',
  reason: 'Connection refused by 127.0.0.1:9001',
  next_action: 'Start the server, or correct its URL.',
  since: '2026-11-22T11:59:30.000Z',
  last_health_check: '2026-11-22T11:59:30.000Z',
  circuit: {
    state: 'open',
    failure_count: 5,
    failure_cycles: 1,
    opened_at: '2026-11-22T11:59:30.000Z',
    retry_at: '2026-11-22T12:00:25.000Z',
  },
})
const view = (width: number) => ({ paint: plain, width, now })

test('a row tells the status in words, and under a bad one stands why and what to do', () => {
  expect(serverTable([healthy, down], view(100)).split('\n')).toEqual([
    'NAME    STATUS          BADGES                  SINCE  LATENCY  TOOLS  CHECKED  NEXT',
    'files   ✓ healthy       -                          3m    18 ms     12  12s ago  in 48s',
    'github  ! circuit_open  flapping auth_required    30s        -      -  30s ago  retry in 25s',
    '  Connection refused by 127.0.0.1:9001',
    '  Next: Start the server, or correct its URL.',
  ])
})

test('in 80 columns the badges are still told', () => {
  expect(serverTable([healthy, down], view(80)).split('\n')).toEqual([
    'NAME    STATUS          BADGES                  SINCE  LATENCY  NEXT',
    'files   ✓ healthy       -                          3m    18 ms  in 48s',
    'github  ! circuit_open  flapping auth_required    30s        -  retry in 25s',
    '  Connection refused by 127.0.0.1:9001',
    '  Next: Start the server, or correct its URL.',
  ])
  expect(serverTable([down], view(50))).toContain('[flapping auth_required] Connection refused')
})

test('no line is wider than the terminal, however narrow', () => {
  const long = { ...down, name: 'a'.repeat(48), reason: 'x'.repeat(120) }
  for (const width of [24, 40, 60, 80, 120, 160]) {
    for (const line of serverTable([healthy, long], view(width)).split('\n')) {
      expect(cells(line), line).toBeLessThanOrEqual(width)
    }
  }
})

test('a server that somebody switched off is not explained', () => {
  const off = aServerView(3, {
    health_status: 'disabled',
    reason_code: 'user_disabled',
    reason: 'Disabled by a person',
  })
  expect(serverTable([off], view(100))).not.toContain('Disabled by a person')
})

test('colour adds to the words and never stands for them', () => {
  const painted = serverTable([healthy, down], { ...view(100), paint: paintFor(process.stdout, { FORCE_COLOR: '1' }) })
  expect(painted).toContain('\x1b[32m✓ healthy')
  expect(painted.replaceAll(/\x1b\[\d+m/g, '')).toBe(serverTable([healthy, down], view(100)))
})

test('the summary counts by status, troubles first', () => {
  expect(serverSummary([healthy, down, { ...healthy, id: 3 }])).toBe('3 servers: 1 circuit_open, 2 healthy')
  expect(serverSummary([healthy])).toBe('1 server: 1 healthy')
})
