import { expect, test } from 'vitest'
import { ago, latency, since, span, until } from './time-text.ts'

const now = Date.parse('2026-11-22T12:00:00.000Z')

test('a span is told in its largest fitting unit', () => {
  expect([0, 59_999, 60_000, 3_599_999, 7_200_000, 172_800_000].map(span)).toEqual([
    '0s',
    '59s',
    '1m',
    '59m',
    '2h',
    '2d',
  ])
})

test('the past and the future are told from now', () => {
  expect(since('2026-11-22T11:57:00.000Z', now)).toBe('3m')
  expect(ago('2026-11-22T11:59:48.000Z', now)).toBe('12s ago')
  expect(until('2026-11-22T12:00:40.000Z', now)).toBe('in 40s')
})

test('a countdown never ends before its time, and not below zero', () => {
  expect(until('2026-11-22T12:00:00.100Z', now)).toBe('in 1s')
  expect(until('2026-11-22T11:59:00.000Z', now)).toBe('now')
})

test('what never was is told so', () => {
  expect([since(null, now), ago(null, now), until(null, now), latency(null)]).toEqual(['-', 'never', '-', '-'])
})

test('a clock that runs behind does not tell a negative age', () => {
  expect(since('2026-11-22T12:00:05.000Z', now)).toBe('0s')
})

test('durations are told in milliseconds until they are seconds', () => {
  expect([0.4, 18.2, 999, 1_234].map(latency)).toEqual(['0 ms', '18 ms', '999 ms', '1.2 s'])
})
