import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import { Pace } from './pace.ts'

const MEGABYTE = 1024 * 1024

test('who writes without end waits a second after each megabyte', async () => {
  const clock = new FakeClock()
  const stream = new PassThrough()
  const pace = new Pace(stream, clock)
  for (let byte = 0; byte < 15; byte++) pace.took(MEGABYTE / 16)
  expect(stream.isPaused()).toBe(false)
  pace.took(MEGABYTE)
  pace.took(MEGABYTE)
  expect(stream.isPaused()).toBe(true)
  await clock.advance(999)
  expect(stream.isPaused()).toBe(true)
  await clock.advance(1)
  expect(stream.isPaused()).toBe(false)
  pace.took(MEGABYTE - 1)
  expect(stream.isPaused()).toBe(false)
})

test('a stream that is gone leaves no timer behind', async () => {
  const clock = new FakeClock()
  const stream = new PassThrough()
  new Pace(stream, clock).took(MEGABYTE)
  stream.destroy()
  await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(1_000)
  expect(stream.isPaused()).toBe(true)
})
