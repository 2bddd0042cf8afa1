import { expect, onTestFinished, test, vi } from 'vitest'
import { toInstant, toTimestamp } from '../core/clock.ts'
import { systemClock } from './system-clock.ts'

test('a moment is told as the same time again and again', () => {
  const at = systemClock.now()
  const told = new Set<string>()
  for (let n = 0; n < 50_000; n++) told.add(new Date(toTimestamp(at, systemClock)).toISOString())
  expect([...told]).toHaveLength(1)
  expect(toInstant(toTimestamp(at, systemClock), systemClock)).toBeCloseTo(at, 3)
})

test('a wall clock that is set is followed, and the monotonic one goes on', () => {
  const at = systemClock.now()
  const before = toTimestamp(at, systemClock)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  expect(before - toTimestamp(at, systemClock)).toBeCloseTo(3_600_000, -2)
  expect(systemClock.now() - at).toBeLessThan(60_000)
})
