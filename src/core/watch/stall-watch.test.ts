import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import { StallWatch } from './stall-watch.ts'

test('a pause of the process of more than a second is noticed, and forgotten for what began after it', async () => {
  const clock = new FakeClock()
  const watch = new StallWatch(clock)
  await clock.advance(10_000)
  const before = clock.now()
  expect(watch.stalledSince(before)).toBe(false)
  await clock.stall(5_000)
  expect(watch.stalledSince(before)).toBe(true)
  await clock.advance(1)
  expect(watch.stalledSince(clock.now())).toBe(false)
  watch.stop()
})

test('a pause counts from a second beyond the beat, and before the next beat has noticed it', () => {
  const pausedFor = (ms: number) => {
    const clock = new FakeClock()
    const watch = new StallWatch(clock)
    const began = clock.now()
    void clock.stall(ms)
    return watch.stalledSince(began)
  }
  expect([pausedFor(1_250), pausedFor(1_251)]).toEqual([false, true])
})

test('a check that begins in the moment in which a pause ends is excused too', async () => {
  const clock = new FakeClock()
  const watch = new StallWatch(clock)
  await clock.stall(5_000)
  expect(watch.stalledSince(clock.now())).toBe(true)
})

test('a watch that is stopped sets no more timers', () => {
  const clock = new FakeClock()
  const watch = new StallWatch(clock)
  expect(clock.waiting).toBe(1)
  watch.stop()
  expect(clock.waiting).toBe(0)
})
