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
