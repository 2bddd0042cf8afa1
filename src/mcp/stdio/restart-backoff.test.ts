import { expect, test } from 'vitest'
import { instant } from '../../core/clock.ts'
import {
  afterCrash,
  afterStart,
  neverStarted,
  nextStartAt,
  RESTART_POLICY,
  type StartHistory,
} from './restart-backoff.ts'

const policy = { ...RESTART_POLICY, maxStarts: 100 }
const startedAt = (history: StartHistory, ms: number) => afterStart(history, instant(ms), policy)
const crashedAt = (history: StartHistory, ms: number) => afterCrash(history, instant(ms), policy)

test('the first start is free', () => {
  expect(nextStartAt(neverStarted, RESTART_POLICY)).toBeLessThan(0)
})
test('each crash doubles the wait, from 1 s to 60 s', () => {
  let history = neverStarted
  const waits: number[] = []
  for (let at = 0, crash = 0; crash < 8; crash++) {
    history = crashedAt(startedAt(history, at), at)
    waits.push(nextStartAt(history, policy) - at)
    at = nextStartAt(history, policy)
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
})
test('a run of 60 s forgives the crashes before it, a shorter one does not', () => {
  const twice = crashedAt(startedAt(crashedAt(startedAt(neverStarted, 0), 0), 1_000), 1_000)
  const short = crashedAt(startedAt(twice, 3_000), 62_999)
  expect(nextStartAt(short, policy)).toBe(62_999 + 4_000)
  const long = crashedAt(startedAt(twice, 3_000), 63_000)
  expect(nextStartAt(long, policy)).toBe(63_000 + 1_000)
})
test('a start that was ended on purpose costs no wait', () => {
  expect(nextStartAt(startedAt(neverStarted, 5_000), policy)).toBeLessThan(0)
})
test.each([0, 500, 59_000, 61_000])('runs of %i ms make at most 12 starts in any 10 minutes', (runMs) => {
  let history = neverStarted
  const starts: number[] = []
  for (let now = 0; now < 3_600_000; ) {
    starts.push(now)
    history = afterStart(history, instant(now), RESTART_POLICY)
    history = afterCrash(history, instant(now + runMs), RESTART_POLICY)
    now = Math.max(now + runMs, nextStartAt(history, RESTART_POLICY))
  }
  const busiest = Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 600_000).length))
  expect(busiest).toBeLessThanOrEqual(12)
  expect(starts.length).toBeGreaterThan(30)
})
