import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant } from '../clock.ts'
import { CallPace } from './call-pace.ts'

const taken = (pace: CallPace, atMs: number, calls: number, perMinute: number): number =>
  Array.from({ length: calls }, () => pace.take(instant(atMs), perMinute)).filter((waitMs) => waitMs === 0).length

test('the calls of a minute may come at once, the next when there is room again', () => {
  const pace = new CallPace()
  expect(taken(pace, 1_000.7, 4, 3)).toBe(3)
  expect(pace.take(instant(1_000), 3)).toBe(20_000)
  expect(pace.take(instant(20_999.9), 3)).toBe(1)
  expect(pace.take(instant(21_000), 3)).toBe(0)
  expect(pace.take(instant(21_000), 3)).toBe(20_000)
})

test('who was quiet for long has no more room than others', () => {
  const pace = new CallPace()
  expect(taken(pace, 0, 1, 3)).toBe(1)
  expect(taken(pace, 3_600_000, 10, 3)).toBe(3)
})

test('another limit holds from the next call on, and nobody pays for what was allowed before', () => {
  const pace = new CallPace()
  expect(taken(pace, 0, 600, 600)).toBe(600)
  expect(pace.take(instant(0), 2)).toBe(30_000)
  expect(pace.take(instant(0), 600)).toBe(0)
})

test('whatever comes when, no minute has more than twice its calls, and who waits as told may come', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), waits, (perMinute, pausesMs) => {
      const pace = new CallPace()
      const times: number[] = []
      let now = -1_000
      for (const pauseMs of pausesMs) {
        now += pauseMs
        const waitMs = pace.take(instant(now), perMinute)
        if (waitMs > 0) {
          now += waitMs
          expect(pace.take(instant(now), perMinute)).toBe(0)
        }
        times.push(now)
      }
      for (const from of times) {
        const within = times.filter((at) => at >= from && at < from + 60_000)
        expect(within.length).toBeLessThanOrEqual(2 * perMinute)
      }
    }),
  )
})
