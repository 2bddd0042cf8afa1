import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import { aServerView } from '../../../test/support/wire-samples.ts'
import { watchFrame } from './watch-frame.ts'

const view = { paint: plain, width: 80, now: Date.parse('2026-01-01T00:01:00.000Z') }
const fleet = Array.from({ length: 30 }, (_, index) =>
  aServerView(index + 1, index === 29 ? { health_status: 'unhealthy', reason: 'HTTP 500' } : {}),
)

test('a fleet that fits is shown whole, by name', () => {
  const lines = watchFrame(fleet, '(live)', 40, view)
  expect(lines[0]).toBe('30 servers: 1 unhealthy, 29 healthy  (live)')
  expect(lines.map((line) => line.split(' ')[0]).slice(3, 6)).toEqual(['server-1', 'server-10', 'server-11'])
})

test('of one that does not fit those in trouble are shown, and how many are not', () => {
  const lines = watchFrame(fleet, '', 10, view)
  expect(lines.length).toBeLessThanOrEqual(10)
  expect(lines[3]).toContain('server-30')
  expect(lines.at(-1)).toBe('25 more; narrow with --status')
})

test('the smallest terminal is not overrun', () => {
  for (const rows of [1, 2, 3, 4, 5]) expect(watchFrame(fleet, '', rows, view).length).toBeLessThanOrEqual(rows)
})

test('an empty fleet says how to begin', () => {
  expect(watchFrame([], '', 24, view).join('\n')).toContain('omni2 add')
})
