import { expect, test } from 'vitest'
import type { RecentCheckView } from '../../api/recent-check.ts'
import { beatText, sparkline } from './check-beats.ts'
import { withLater } from './trails.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const aCheck = (second: number, over: Partial<RecentCheckView> = {}): RecentCheckView => ({
  ...{ timestamp: at(second), until: at(second), count: 1, outcome: 'ok', healthy: true },
  ...{ response_time_ms: second, trigger: 'scheduled' },
  ...over,
})
const seconds = (checks: readonly RecentCheckView[]) => checks.map(({ response_time_ms }) => response_time_ms)

test('a check that is told twice, or was loaded before it was told, stands there once', () => {
  const loaded = [aCheck(1), aCheck(2)]
  expect(seconds(withLater(loaded, [aCheck(2), aCheck(3)]))).toEqual([1, 2, 3])
  expect(seconds(withLater(loaded, [aCheck(1)]))).toEqual([1, 2])
})

test('a run of checks counts until its last one', () => {
  expect(withLater([aCheck(1, { until: at(9), count: 9 })], [aCheck(5), aCheck(10)])).toHaveLength(2)
})

test('only the last 40 checks are kept', () => {
  const many = Array.from({ length: 45 }, (_, index) => aCheck(index))
  expect(seconds(withLater([], many))).toEqual(seconds(many.slice(5)))
})

test('the line of response times passes over checks that were not answered, and needs two', () => {
  expect(sparkline([aCheck(1)], 10, 4)).toBe('')
  expect(sparkline([aCheck(1), aCheck(9, { healthy: false }), aCheck(3)], 10, 4)).toBe('0.0,4.0 10.0,0.0')
})

test('a check says when it was, what came of it and how long it took; a run says how many', () => {
  expect(beatText(aCheck(5, { outcome: 'connect' }), Date.parse(at(8)))).toContain(
    '(3s ago): could not be reached, 5 ms, scheduled',
  )
  expect(beatText(aCheck(5, { count: 7 }), 0)).toMatch(/^7 checks from .*: answered, 5 ms on average$/)
})
