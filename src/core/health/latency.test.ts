import { expect, test } from 'vitest'
import { isDegraded, measured, NO_LATENCY } from './latency.ts'

const after = (...timesMs: number[]) => timesMs.reduce(measured, NO_LATENCY)

test('the average begins with the first answer, and each later one moves it by a tenth', () => {
  expect(after(50).averageMs).toBe(50)
  expect(after(50, 150).averageMs).toBe(60)
  expect(after(50, 10).averageMs).toBe(46)
})

test('slow is more than four times the average, from 100 ms on and above 2 s in any case', () => {
  const isSlow = (averageMs: number, ms: number) => measured({ averageMs, slow: [] }, ms).slow[0]
  expect([isSlow(150, 600), isSlow(150, 601)]).toEqual([false, true])
  expect([isSlow(1, 100), isSlow(1, 101)]).toEqual([false, true])
  expect([isSlow(1_900, 2_000), isSlow(1_900, 2_001)]).toEqual([false, true])
})

test('three slow ones of the last five are degraded, and two are not, also when there were no others', () => {
  expect(isDegraded(after(3_000, 3_000))).toBe(false)
  expect(isDegraded(after(3_000, 3_000, 3_000))).toBe(true)
  expect(isDegraded(after(3_000, 3_000, 3_000, 1, 1))).toBe(true)
  expect(isDegraded(after(3_000, 3_000, 3_000, 1, 1, 1))).toBe(false)
})
